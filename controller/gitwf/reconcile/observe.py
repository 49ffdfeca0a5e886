"""What is on record for a branch: its runs, its environments, what was refused or noted."""

from __future__ import annotations

from collections.abc import Container

from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.engine.clone.ownership import is_played
from gitwf.plan.plan import decode, encode
from gitwf.reconcile.adopting import hindrance
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.hold import hold_of_run
from gitwf.reconcile.known import Head, KnownRun, Observed
from gitwf.reconcile.prepare import prepare
from gitwf.reconcile.schedule import counted_since
from gitwf.records.event import RunNone, RunRefused
from gitwf.records.fold import WAITING, RunRecord
from gitwf.records.pace import scaled
from gitwf.records.requests import CANCEL

SCHEDULE = "schedule"
"""The trigger of a run that was due; its occasion is the time."""

HERE = "here"
"""The trigger of a run of the working tree: it never counts."""

ADOPT_AFTER = scaled(180.0)
"""Seconds after which a run goes over to another clone: its owner moves its ref once a minute."""

_BOUND = frozenset({"commit", SCHEDULE})
"""Triggers of runs that a branch asks for, and that end with it."""

_AUTOMATIC = _BOUND | {"tag"}
"""Triggers of runs that any controller might start."""


def observe(clone: Clone, head: Head, settings: Settings) -> Observed:
    """Return what the records say that `decide` needs for ``head``."""
    mine = [r for r in known_runs(clone) if r.branch == head.branch and r.trigger != HERE]
    seen = Observed(
        runs=tuple(_known(clone, r, settings, _rewritten(clone, r, head.commit)) for r in mine),
        stands={env: at.key for env, at in clone.records.environments.all().items()},
        suspended=frozenset(clone.records.suspensions.all()),
        since=_since(clone, head, mine),
    )
    return observed_at(clone, seen, head)


def observed_at(clone: Clone, seen: Observed, head: Head) -> Observed:
    """Return what was ``seen``, with what is noted for ``head``, an earlier commit of the branch perhaps."""
    refused: set[str] = set()
    noted: set[str] = set()
    for commit in (head.commit, *head.passed):
        for event in clone.records.notes.events(commit):
            body = event.body
            if isinstance(body, RunNone) and body.branch == head.branch:
                noted.add(commit)
            elif isinstance(body, RunRefused) and body.branch == head.branch:
                refused.add(body.workflow)
    return structs.replace(seen, refused=frozenset(refused), noted=frozenset(noted))


def _since(clone: Clone, head: Head, runs: list[RunRecord]) -> dict[str, str]:
    """Return by workflow from when on its schedule counts: from the last run that was due on."""
    since = counted_since(clone.records, head.branch, head.schedules)
    for run in runs:
        if run.trigger == SCHEDULE and run.occasion and run.workflow in since:
            since[run.workflow] = max(since[run.workflow], run.occasion)
    return since


def _rewritten(clone: Clone, record: RunRecord, stands: str) -> str:
    """Return why a run is to end whose commit its branch has no more, or nothing."""
    if not _is_bound(record) or record.commit == stands:
        return ""
    if clone.repository.is_ancestor(record.commit, stands):
        return ""
    return f"`{record.branch}` was rewritten, and has its commit no more"


def observe_gone(
    clone: Clone, branches: Container[str], settings: Settings
) -> tuple[KnownRun, ...]:
    """Return the open runs of branches that are none of ``branches``: those were deleted."""
    bound = (r for r in known_runs(clone) if _is_bound(r) and r.branch not in branches)
    return tuple(_known(clone, r, settings, f"`{r.branch}` was deleted") for r in bound)


def observe_loose(clone: Clone, settings: Settings) -> tuple[KnownRun, ...]:
    """Return the open runs that belong to no branch: those of tags, and of a detached HEAD."""
    records = (r for r in known_runs(clone) if r.branch is None and not r.is_over)
    return tuple(_known(clone, r, settings) for r in records if r.trigger != HERE)


def observe_here(clone: Clone) -> tuple[KnownRun, ...]:
    """Return the runs of the working tree that have not ended here."""
    open_ = [r for r in clone.records.ongoing.records() if r.trigger == HERE and not r.is_over]
    seen = [_known(clone, record, Settings()) for record in open_]
    left = set(clone.records.ongoing.runs())  # one may have ended before it was seen to be played
    return tuple(run for run in seen if run.run in left)


def known_runs(clone: Clone) -> list[RunRecord]:
    """Return all runs, newest first; what this clone's journals know comes before their refs.

    A run whose last records are not in git yet counts as running: somebody has to bring them there.
    """
    known = {run.record.run: run.record for run in clone.records.runs.newest()}
    for record in clone.records.ongoing.records():
        if record.run in known and known[record.run].owner not in {None, clone.records.owner}:
            continue  # another clone has taken it over
        open_ = structs.replace(record, status="running") if record.is_over else record
        known[record.run] = open_
    return [known[run] for run in sorted(known, reverse=True)]


def _known(clone: Clone, record: RunRecord, settings: Settings, withdrawn: str = "") -> KnownRun:
    wish = None if record.is_over else clone.records.requests.find(record.run, CANCEL)
    is_elsewhere = not record.is_over and record.owner != clone.records.owner
    return KnownRun(
        run=record.run,
        workflow=record.workflow,
        commit=record.commit,
        key=record.key,
        status=record.status,
        envs=tuple(e.env for e in record.envs if e.state == "deployed"),
        begun=bool(record.envs),
        started=record.started is not None,
        bound=record.trigger in _BOUND,
        mine=record.owner == clone.records.owner,
        played=not record.is_over and is_played(clone.records.state_dir / "runs" / record.run),
        adoptable=not record.is_over and _is_adoptable(clone, record),
        abandoned=not record.is_over and _is_abandoned(clone, record, settings),
        waits=hold_of_run(clone, record) if record.status == WAITING else "",
        cancelled=f"cancelled {wish}" if wish else "",
        withdrawn=withdrawn,
        announced=record.is_over or _is_announced(clone, record),
        here=record.trigger == HERE,
        silence=clone.heard.age(clone.records.runs.tip(record.run)) if is_elsewhere else 0.0,
        patience=settings.controller.owner_lost_after if is_elsewhere else 0.0,
    )


def _is_announced(clone: Clone, record: RunRecord) -> bool:
    """Return whether others know of a run that nobody starts by hand."""
    return record.trigger not in _AUTOMATIC or clone.is_announced(record.run)


def _is_abandoned(clone: Clone, record: RunRecord, settings: Settings) -> bool:
    if record.started is None or record.owner == clone.records.owner:
        return False
    tip = clone.records.runs.tip(record.run)
    silence = clone.heard.silence(record.run, tip, record.owner)
    return silence > settings.controller.owner_lost_after


def _is_adoptable(clone: Clone, record: RunRecord) -> bool:
    """Return whether this clone can play on a run of another: one whose owner is gone, by records that are shared.

    One that has not begun is nobody's yet: whoever holds the lease begins it.
    """
    if record.owner == clone.records.owner or not clone.is_sharing:
        return False
    if record.started is None:
        return record.status == WAITING and _is_asked(clone, record)
    runs = clone.records.runs
    if clone.heard.silence(record.run, runs.tip(record.run), record.owner) <= ADOPT_AFTER:
        return False
    text = runs.plan(record.run)
    if text is None:
        return False
    return hindrance(runs.events(record.run), decode(text).program()) is None


def _is_asked(clone: Clone, record: RunRecord) -> bool:
    """Return whether a queued run is what its commit asks for: its record alone starts nothing."""
    if not _is_bound(record):
        return False
    facts = clone.facts(record.commit)
    if not facts.is_file(record.workflow):
        return False
    plan = prepare(record.workflow, facts, configure(facts).settings).plan
    return plan is not None and encode(plan) == clone.records.runs.plan(record.run)


def _is_bound(record: RunRecord) -> bool:
    """Return whether a run goes on for the sake of its branch, and of nothing else."""
    return not record.is_over and record.branch is not None and record.trigger in _BOUND
