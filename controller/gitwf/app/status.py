"""`git wf status`: where everything stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Raw

from gitwf.app.disk import crowded
from gitwf.app.pushing import left
from gitwf.app.session import Session
from gitwf.app.shared import Shared, shared, watched_by
from gitwf.app.trusting import judge_of, unbelieved
from gitwf.data.unpushed import Unpushed
from gitwf.notify.outbox import outbox_of
from gitwf.reconcile.branches import Branches
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.here import dead_here
from gitwf.reconcile.hold import hold_of_run
from gitwf.reconcile.observe import known_runs
from gitwf.reconcile.settled import SettledHeads
from gitwf.records.environments import Deployment
from gitwf.records.event import RunRefused
from gitwf.records.fold import WAITING, EnvironmentState, RunRecord
from gitwf.records.lock import ControllerLock, Holder
from gitwf.targets.silence import silences
from gitwf.tracking.outbox import left as untracked
from gitwf.tracking.place import FOLDER


class BranchState(msgspec.Struct, frozen=True):
    """A watched branch. ``age`` is that of its head's commit, in seconds; ``remote`` is where it is followed."""

    branch: str
    commit: str
    age: float
    decided: bool
    remote: str | None = None


class Refusal(msgspec.Struct, frozen=True):
    """A workflow that waits for a person; ``output`` is the end of what the checks printed that stopped it."""

    workflow: str
    branch: str | None
    commit: str
    reason: str
    output: str = ""


class Standing(msgspec.Struct, frozen=True):
    """An environment: ``state`` is ``deployed``, ``changing`` or ``unknown``."""

    env: str
    state: str
    run: str
    commit: str
    since: str
    workflow: str = ""
    orphaned: bool = False


class Waiting(msgspec.Struct, frozen=True):
    """A run that has not begun, and what it waits for."""

    run: str
    workflow: str
    commit: str
    waits: str


class Suspension(msgspec.Struct, frozen=True):
    """A workflow that nobody starts: who said so, when, and why."""

    workflow: str
    by: str
    at: str
    why: str | None


class Status(msgspec.Struct, frozen=True):
    """All of it. ``lease`` is who acts here now, or None.

    ``runs`` are in progress, of which ``waiting`` have not begun; ``latest`` is the run of each workflow
    and watched branch that ended last. ``unpushed`` are names of what waits for the DVC remote,
    ``notes`` what a person should know.
    """

    branches: tuple[BranchState, ...]
    runs: tuple[RunRecord, ...]
    refused: tuple[Refusal, ...]
    envs: tuple[Standing, ...]
    lease: str | None
    unpushed: tuple[str, ...] = ()
    latest: tuple[RunRecord, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    suspended: tuple[Suspension, ...] = ()
    notes: tuple[str, ...] = ()


def status(session: Session) -> Status:
    """Return the status of the repository."""
    clone = session.clone()
    sharing = shared(clone)
    branches = watched_by(clone, sharing)
    watched = branches.watched()
    records = known_runs(clone)
    dead = {lost.run: lost.reason for lost in dead_here(clone)}
    settled = SettledHeads(clone.repository, judge_of(clone).print).read().commits
    holder = ControllerLock(clone.records.state_dir, clone.records.clock).holder()
    return Status(
        branches=tuple(
            _branch(clone, b, c, sharing, is_settled=settled.get(b) == c)
            for b, c in sorted(watched.items())
        ),
        runs=tuple(r for r in records if not r.is_over and r.run not in dead),
        refused=tuple(
            r for b, c in sorted(watched.items()) for r in _refused(clone, b, c, records)
        ),
        envs=tuple(_standings(clone, records, watched.values())),
        latest=tuple(_latest(records, watched)),
        waiting=tuple(_waiting(clone, r) for r in records if r.status == WAITING),
        suspended=tuple(
            Suspension(workflow, wish.by, wish.at, wish.why)
            for workflow, wish in clone.records.suspensions.all().items()
        ),
        unpushed=(
            *(sharing.unpushed if sharing else ()),
            *Unpushed(clone.records.state_dir).names(),
        ),
        notes=(
            *_idle(branches, watched),
            *(f"run {run} is lost: {reason}" for run, reason in dead.items()),
            *_silences(clone, records),
            *filter(None, _notes(clone, sharing)),
        ),
        lease=_acts(holder, sharing),
    )


def _idle(branches: Branches, watched: Mapping[str, str]) -> Iterator[str]:
    """Yield why no branch is watched, where none is."""
    if not watched:
        yield f"no branch is watched: {branches.why_idle()}"


def _silences(clone: Clone, records: list[RunRecord]) -> Iterator[str]:
    """Yield the machines that cannot be reached on which runs of this clone go on."""
    for record in records:
        if not record.is_over:
            folder = clone.records.state_dir / "runs" / record.run
            yield from (f"run {record.run}: {silence.words}" for silence in silences(folder))


def _notes(clone: Clone, sharing: Shared | None) -> Iterator[str | None]:
    yield from sharing.notes(clone.records.clock.now()) if sharing else ()
    yield left(clone.repository)
    yield untracked(clone.repository.state_dir / FOLDER)
    yield crowded(clone.repository)
    yield unbelieved(clone.repository)
    yield outbox_of(clone.records.state_dir).left()


def _acts(holder: Holder | None, sharing: Shared | None) -> str | None:
    """Return who acts: a process of this clone, or whoever holds the lease of the remote."""
    if holder is not None:
        here = f"process {holder.pid} on {holder.host}"
        return f"{here}, which follows `{sharing.name}`" if sharing else here
    return sharing.holder if sharing else None


def _waiting(clone: Clone, record: RunRecord) -> Waiting:
    waits = hold_of_run(clone, record) or "a controller"
    return Waiting(record.run, record.workflow, record.commit, waits)


def _latest(records: list[RunRecord], branches: Collection[str]) -> Iterator[RunRecord]:
    seen: set[tuple[str | None, str]] = set()
    for record in records:
        place = (record.branch, record.workflow)
        if record.is_over and record.branch in branches and not record.dirty and place not in seen:
            seen.add(place)
            yield record


def _branch(
    clone: Clone, branch: str, commit: str, sharing: Shared | None, *, is_settled: bool
) -> BranchState:
    found = clone.repository.commit(commit)
    age = (datetime.now(UTC) - found.at).total_seconds() if found else 0.0
    return BranchState(
        branch,
        commit,
        max(0.0, age),
        is_settled or bool(clone.records.notes.events(commit)),
        sharing.name if sharing else None,
    )


def _refused(clone: Clone, branch: str, commit: str, records: list[RunRecord]) -> list[Refusal]:
    """Return what was refused at a head, and has no run of it since."""
    ran = {r.workflow for r in records if (r.branch, r.commit) == (branch, commit)}
    bodies = (event.body for event in clone.records.notes.events(commit))
    found = {
        body.workflow: Refusal(
            body.workflow, branch, commit, body.reason, _output(body.diagnostics)
        )
        for body in bodies
        if isinstance(body, RunRefused) and body.branch == branch and body.workflow not in ran
    }
    return list(found.values())


def _output(said: Iterable[Raw]) -> str:
    """Return what checks printed, as a refusal holds it."""
    known = (msgspec.json.decode(each, type=dict[str, object]) for each in said)
    return next((str(each["output"]) for each in known if "output" in each), "")


def _standings(clone: Clone, records: list[RunRecord], heads: Collection[str]) -> list[Standing]:
    """Return the environments: what their refs say, unless a later effect came to no good end."""
    newest: dict[str, EnvironmentState] = {}
    for record in reversed(records):
        for state in record.envs:
            if state.env not in newest or newest[state.env].since <= state.since:
                newest[state.env] = state
    deployed = clone.records.environments.all()
    workflows = _workflows(clone, heads)
    return [
        _standing(env, deployed.get(env), newest.get(env), workflows)
        for env in sorted(deployed.keys() | newest.keys())
    ]


def _standing(
    env: str,
    deployment: Deployment | None,
    state: EnvironmentState | None,
    workflows: frozenset[str],
) -> Standing:
    if deployment is None and state is not None:
        return Standing(env, state.state, state.run, state.commit, state.since)
    assert deployment is not None  # noqa: S101  (one of the two is there)
    word = "deployed"
    if state is not None and state.since > deployment.at and state.run != deployment.run:
        word = state.state
    return Standing(
        env,
        word,
        deployment.run,
        deployment.commit,
        deployment.at,
        deployment.workflow,
        deployment.workflow not in workflows,
    )


def _workflows(clone: Clone, heads: Collection[str]) -> frozenset[str]:
    """Return the workflow files of ``heads``; where no branch is watched, those of HEAD."""
    found: set[str] = set()
    for commit in heads or ("HEAD",):
        found.update(path for path in clone.facts(commit).files("") if path.endswith(".wf"))
    return frozenset(found)
