"""Events of runs that nobody plays: one that is queued, one that ends without having been played."""

from __future__ import annotations

from collections.abc import Callable

from gitwf.records.clock import spell
from gitwf.records.event import Body, Error, Event, RunFinished, RunQueued, encode
from gitwf.records.fold import RunRecord, fold
from gitwf.records.journal import Journal, path_of, read_sound
from gitwf.records.runs import Snapshot, ref_of
from gitwf.records.store import Records
from gitwf.repo.errors import RepositoryError


def queue(records: Records, run: str, plan: bytes, body: RunQueued) -> Event:
    """Record that ``run``, which keeps to ``plan``, was asked for and waits."""
    event = _event(records, run, body)
    with records.ongoing.listing(run):
        records.ongoing.begin(run, plan)
        with Journal(path_of(records.state_dir, run)) as journal:
            journal.append(event)
    _publish(records, run, plan, [event])
    return event


def end(records: Records, run: str, ending: Callable[[RunRecord], RunFinished]) -> Event:
    """End ``run`` as ``ending`` says of what is known of it.

    Raises:
        RepositoryError: if it never began.
    """
    ongoing = records.ongoing
    plan = ongoing.plan(run) or records.runs.plan(run) or b"{}"
    path = path_of(records.state_dir, run)
    events = read_sound(path) or records.runs.events(run)
    record = fold(events)
    if record is None:
        raise RepositoryError(f"run `{run}` never began", "see `git wf fsck`")
    event = _event(records, run, ending(record))
    if ongoing.plan(run) is not None:
        with Journal(path) as journal:
            journal.append(event)
    _publish(records, run, plan, [*events, event])
    ongoing.end(run)
    records.requests.settle(run)
    return event


def close(records: Records, run: str) -> None:
    """Take note here of a run that another clone has ended: what it says of that is on record already."""
    plan = records.ongoing.plan(run) or records.runs.plan(run) or b"{}"
    records.ongoing.restore(run, plan, records.runs.events(run))
    records.ongoing.end(run)
    records.requests.settle(run)


def lost(record: RunRecord, reason: str) -> RunFinished:
    """Return the end of a run whose owner is gone, or that nobody can play on."""
    return _ending(record, "lost", Error(reason, "lost", status=137))


def cancelled(record: RunRecord, reason: str) -> RunFinished:
    """Return the end of a run that was cancelled before it began."""
    return _ending(record, "cancelled", Error(reason, "cancelled", status=130))


def _ending(record: RunRecord, status: str, error: Error | None = None) -> RunFinished:
    return RunFinished(
        status=status,
        workflow=record.workflow,
        commit=record.commit,
        branch=record.branch,
        key=record.key,
        seconds=0.0,
        error=error,
        ref=ref_of(record.run),
    )


def _publish(records: Records, run: str, plan: bytes, events: list[Event]) -> None:
    record = fold(events)
    if record is None:
        raise ValueError("a run is published from its first event on")
    snapshot = Snapshot(run, record.commit, events, plan)
    records.publishing.publish(snapshot, [encode(events[-1])])
    records.written(urgent=True)


def _event(records: Records, run: str, body: Body) -> Event:
    return Event(spell(records.clock.now()), records.ids.new(), records.epoch, run, body)
