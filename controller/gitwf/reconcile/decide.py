"""The pure half of the reconcile loop: what to do so that the records say what commits ask for.

The rules are those of `docs/records.md`, section 2. No git, no clock, no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from gitwf.reconcile.known import Desired, Head, KnownRun, Observed
from gitwf.reconcile.standing import settling

SUPERSEDED = "superseded by"
"""How the reason begins why a run ends that a newer commit made needless."""

_NAMED = 10
"""Workflows of which a commit that asks for nothing says why."""

_ENDED = {
    "succeeded": "ran",
    "failed": "failed",
    "cancelled": "was cancelled",
    "lost": "was lost in an effect",
}

SILENT = "its owner has not been heard of for too long"
UNANNOUNCED = "its process ended before others knew of the run"
DIED = "its process ended, and nobody else can go on in the working tree"
"""Why runs are lost."""

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
    reason = "; ".join([*reasons[:_NAMED], *more]) or f"there is no workflow in `{head.folder}`"
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
    return _done(head, want, observed) or Start(
        want.workflow, head.branch, head.commit, waits=want.waits
    )


def _done(head: Head, want: Desired, observed: Observed) -> str | None:
    """Return which run makes one for this head needless, or None."""
    run = settling(head, want, observed)
    if run is None:
        return None
    if run.commit == head.commit:
        return f"{want.workflow} {_ENDED[run.status]} for this commit: {run.run}"
    if run.status == "failed":
        return f"{want.workflow} failed with the same inputs in run {run.run}"
    return f"{want.workflow} is up to date with run {run.run}"


def _supersede(run: KnownRun, want: Desired, commit: str) -> Cancel | Drop | Withdraw | None:
    """Return how an open run is to end for what the head asks for, or None."""
    if run.withdrawn and not run.cancelled:
        return Withdraw(run.run, run.withdrawn)
    other = run.commit != commit and want.key not in (None, run.key)
    if not (want.asks and other and (run.mine or _is_unclaimed(run))):
        return None
    if run.played:
        return Cancel(run.run, run.workflow, commit) if want.supersede == "cancel" else None
    return None if want.is_queued else _outdated(run, commit)


def _outdated(run: KnownRun, commit: str) -> Drop | None:
    return Drop(run.run, f"{SUPERSEDED} {commit[:10]}") if run.status == "waiting" else None


def _take_up(run: KnownRun) -> Resume | Adopt | Drop | Withdraw | Lose | None:
    if run.withdrawn and not run.cancelled:
        return Withdraw(run.run, run.withdrawn)
    if _is_unclaimed(run) and (run.cancelled or run.waits):
        return Drop(run.run, run.cancelled) if run.cancelled else None
    if not run.mine and run.adoptable:
        return Adopt(run.run, run.workflow)
    if not run.mine:
        return Lose(run.run, SILENT) if run.abandoned else None
    if run.played:
        return None
    if run.here or not run.announced:
        return Lose(run.run, DIED if run.here else UNANNOUNCED)
    if run.status == "waiting" and run.cancelled:
        return Drop(run.run, run.cancelled)
    return None if run.waits else Resume(run.run, run.workflow)


def _is_unclaimed(run: KnownRun) -> bool:
    """Return whether a run of another clone has not begun, so that this one may begin it."""
    return not run.mine and run.adoptable and run.status == "waiting"


def _orphans(head: Head, observed: Observed) -> Iterator[Action]:
    """Yield what to do with open runs whose workflow is not in the head's tree."""
    known = {want.workflow for want in head.workflows}
    for run in observed.runs:
        if run.workflow not in known and not run.is_over:
            is_free = (run.mine and not run.played) or _is_unclaimed(run)
            drop = _outdated(run, head.commit) if is_free else None
            if action := drop or _take_up(run):
                yield action


def decide_loose(run: KnownRun) -> tuple[Action, ...]:
    """Return what to do with a run that belongs to no branch that there is: of a tag, say."""
    action = None if run.is_over else _take_up(run)
    return (action,) if action else ()


def _is_decided(commit: str, observed: Observed) -> bool:
    return commit in observed.noted or any(run.commit == commit for run in observed.runs)
