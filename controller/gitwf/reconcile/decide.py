"""The pure half of the reconcile loop: what to do so that the records say what commits ask for.

The rules are those of `docs/records.md`, section 2. No git, no clock, no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from gitwf.reconcile.actions import (
    Action,
    Adopt,
    Cancel,
    Drop,
    Lose,
    NoteNone,
    Refuse,
    Resume,
    Start,
    Withdraw,
)

QUEUE = "queue"
"""The ``supersede:`` of a workflow that takes each commit in its turn."""


class Desired(msgspec.Struct, frozen=True):
    """What the head of a branch says of one workflow.

    ``key`` None: the workflow has errors, and ``problem`` says so. ``asks`` is whether its
    ``on:`` fits this head, ``supersede`` what it wants to become of an older run that goes on.
    ``due`` is the last time that its ``crons`` mean, if any. ``waits`` says what a run would have to
    wait for before it begins.
    """

    workflow: str
    key: str | None
    asks: bool = True
    problem: str = ""
    supersede: str = "finish"
    crons: tuple[str, ...] = ()
    due: str = ""
    waits: str = ""

    @property
    def is_queued(self) -> bool:
        """Whether it takes each commit in its turn."""
        return self.supersede == QUEUE


class Head(msgspec.Struct, frozen=True):
    """The head of a branch, with the workflows that are in its tree, and how it came there.

    ``passed`` are the commits that the branch went through since the last one that was decided, ``queue``
    by workflow those that it takes in their turn and may still have to be played for; all oldest first.
    """

    branch: str
    commit: str
    workflows: tuple[Desired, ...] = ()
    passed: tuple[str, ...] = ()
    queue: Mapping[str, tuple[str, ...]] = {}

    @property
    def schedules(self) -> dict[str, tuple[str, ...]]:
        """The crons of the workflows that have any."""
        return {want.workflow: want.crons for want in self.workflows if want.crons}

    @property
    def is_queued(self) -> bool:
        """Whether some workflow takes each commit in its turn: then none is passed over."""
        return any(want.is_queued for want in self.workflows)


class KnownRun(msgspec.Struct, frozen=True):
    """A run on this branch that is on record.

    ``envs`` are the environments that it changed, ``begun`` whether any effect of it began,
    ``started`` whether anything of it was played, ``bound`` whether the branch asked for it, and no person.
    ``mine``: its jobs are this clone's; ``played``: a process is playing it now. ``abandoned``:
    its owner has not been heard of for so long that nobody waits for it any more; ``adoptable``: nor for
    some minutes, and its jobs are where another clone can go on with them. ``waits`` says what
    it waits for before it begins, ``cancelled`` by whom and why it is to end, ``withdrawn`` why its branch
    does not ask for it any more. ``announced``: other clones know of it.
    """

    run: str
    workflow: str
    commit: str
    key: str
    status: str
    envs: tuple[str, ...] = ()
    begun: bool = False
    started: bool = True
    bound: bool = True
    mine: bool = True
    played: bool = False
    abandoned: bool = False
    adoptable: bool = False
    waits: str = ""
    cancelled: str = ""
    withdrawn: str = ""
    announced: bool = True

    @property
    def is_over(self) -> bool:
        """Whether it has ended for good."""
        return self.status not in ("waiting", "running")


class Observed(msgspec.Struct, frozen=True, dict=True):
    """What is on record: runs on the branch, newest first; the key each environment stands at.

    ``refused`` are the workflows refused for this very head; ``noted`` are commits that are
    recorded as asking for nothing. ``suspended`` are the workflows that nobody is to start now. ``since``
    says by workflow from when on its schedule counts.
    """

    runs: tuple[KnownRun, ...] = ()
    stands: Mapping[str, str] = {}
    refused: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    since: Mapping[str, str] = {}

    @cached_property
    def by_workflow(self) -> Mapping[str, Sequence[KnownRun]]:
        """The runs of each workflow, newest first."""
        found: dict[str, list[KnownRun]] = {}
        for run in self.runs:
            found.setdefault(run.workflow, []).append(run)
        return found


SUPERSEDED = "superseded by"
"""How the reason begins why a run ends that a newer commit made needless."""

_NAMED = 10
"""Workflows of which a commit that asks for nothing says why."""

PASSED_OVER = "passed over by"
"""How the reason begins of a commit that nobody decided, because the branch went on meanwhile."""


def decide(head: Head, observed: Observed) -> tuple[Action, ...]:
    """Return the actions that the head of a branch calls for, in a stable order.

    When they are done, deciding again gives nothing, but for a run that was taken up again: what
    the head asks for is then decided when that run has ended.
    """
    actions: list[Action] = []
    reasons: list[str] = []
    waiting = False
    for want in sorted(head.workflows, key=lambda w: w.workflow):
        verdict = decide_workflow(head, want, observed)
        if isinstance(verdict, str):
            reasons.append(verdict)
        elif verdict is not None:
            actions.append(verdict)
        else:
            waiting = True
    actions += _orphans(head, observed)
    over = () if head.is_queued else head.passed
    passed = [NoteNone(c, head.branch, f"{PASSED_OVER} {head.commit[:10]}") for c in over]
    notes = [note for note in passed if not _is_decided(note.commit, observed)]
    if not actions and not waiting:
        notes += asks_for_nothing(head, observed, reasons)
    return (*actions, *notes)


def asks_for_nothing(
    head: Head, observed: Observed, reasons: Sequence[str]
) -> tuple[NoteNone, ...]:
    """Return the note that a commit asks for no run, unless something is on record for it."""
    if observed.refused or _is_decided(head.commit, observed):
        return ()
    more = [f"and {len(reasons) - _NAMED} more"] if len(reasons) > _NAMED else []
    reason = "; ".join([*reasons[:_NAMED], *more]) or "no workflow asks for a run"
    return (NoteNone(head.commit, head.branch, reason),)


def decide_workflow(head: Head, want: Desired, observed: Observed) -> Action | str | None:
    """Return what to do for one workflow, or why nothing, or None while a run of it goes on."""
    runs = observed.by_workflow.get(want.workflow, ())
    active = next((run for run in runs if not run.is_over), None)
    if active is not None:
        return _supersede(active, want, head.commit) or _take_up(active)
    if want.workflow in observed.suspended:
        return None
    if want.key is None:
        if want.workflow in observed.refused:
            return f"{want.workflow} was refused"
        return Refuse(want.workflow, head.branch, head.commit, want.problem)
    if want.due > observed.since.get(want.workflow, want.due):
        return Start(want.workflow, head.branch, head.commit, "schedule", want.due, want.waits)
    if not want.asks:
        return f"{want.workflow} does not ask for this commit"
    return _done(head, want, runs, observed) or Start(
        want.workflow, head.branch, head.commit, waits=want.waits
    )


def _done(head: Head, want: Desired, runs: Sequence[KnownRun], observed: Observed) -> str | None:
    """Return which run makes one for this head needless, or None."""
    done = _ended_for(head.commit, runs)
    if done is not None:
        return f"{want.workflow} ran for this commit: {done.run}"
    newest = next((run for run in runs if run.started), None)
    if newest is not None and newest.key == want.key:
        if newest.status == "failed":
            return f"{want.workflow} failed with the same inputs in run {newest.run}"
        if newest.status == "succeeded" and _stands(newest, observed.stands):
            return f"{want.workflow} is up to date with run {newest.run}"
    return None


def _ended_for(commit: str, runs: Sequence[KnownRun]) -> KnownRun | None:
    """Return the run that settled ``commit``; none where the branch has had another one played since.

    A branch that is set back (`git reset`) asks for what it asked for before.
    """
    for run in runs:
        if run.commit == commit and _counts(run):
            return run
        if run.commit != commit and run.bound and run.started:
            return None
    return None


def _supersede(run: KnownRun, want: Desired, commit: str) -> Cancel | Drop | Withdraw | None:
    """Return how an open run is to end for what the head asks for, or None."""
    if run.withdrawn and not run.cancelled:
        return Withdraw(run.run, run.withdrawn)
    other = run.commit != commit and want.key not in (None, run.key)
    if not (want.asks and other and run.mine):
        return None
    if run.played:
        return Cancel(run.run, run.workflow, commit) if want.supersede == "cancel" else None
    return None if want.is_queued else _outdated(run, commit)


def _outdated(run: KnownRun, commit: str) -> Drop | None:
    return Drop(run.run, f"{SUPERSEDED} {commit[:10]}") if run.status == "waiting" else None


def _take_up(run: KnownRun) -> Resume | Adopt | Drop | Withdraw | Lose | None:
    if run.withdrawn and not run.cancelled:
        return Withdraw(run.run, run.withdrawn)
    if not run.mine and run.adoptable:
        return Adopt(run.run, run.workflow)
    if not run.mine:
        return Lose(run.run) if run.abandoned else None
    if run.played:
        return None
    if not run.announced:
        return Lose(run.run)
    if run.status == "waiting" and run.cancelled:
        return Drop(run.run, run.cancelled)
    return None if run.waits else Resume(run.run, run.workflow)


def _counts(run: KnownRun) -> bool:
    """Return whether a terminal record settles its commit: not a loss before any effect."""
    return run.status != "lost" or run.begun


def _stands(run: KnownRun, stands: Mapping[str, str]) -> bool:
    """Return whether every environment that ``run`` changed stands at a run of its key."""
    return all(stands.get(env) == run.key for env in run.envs)


def _orphans(head: Head, observed: Observed) -> Iterator[Action]:
    """Yield what to do with open runs whose workflow is not in the head's tree."""
    known = {want.workflow for want in head.workflows}
    for run in observed.runs:
        if run.workflow not in known and not run.is_over:
            drop = _outdated(run, head.commit) if run.mine and not run.played else None
            if action := drop or _take_up(run):
                yield action


def decide_loose(run: KnownRun) -> tuple[Action, ...]:
    """Return what to do with a run that belongs to no branch that there is: of a tag, say."""
    action = None if run.is_over else _take_up(run)
    return (action,) if action else ()


def _is_decided(commit: str, observed: Observed) -> bool:
    return commit in observed.noted or any(run.commit == commit for run in observed.runs)
