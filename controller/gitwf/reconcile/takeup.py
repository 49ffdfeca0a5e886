"""From a request to a run that waits, and from a run on record to the request that plays it on."""

from __future__ import annotations

import msgspec

from gitwf.engine.request import Request
from gitwf.plan.plan import decode, encode
from gitwf.reconcile.observe import HERE
from gitwf.records.event import Event, RunQueued
from gitwf.records.store import Records
from gitwf.records.unplayed import queue
from gitwf.repo.errors import RepositoryError


def queue_up(records: Records, request: Request, reason: str) -> Event:
    """Record ``request`` as a run that waits for ``reason`` before it begins."""
    queued = request.event(RunQueued, records.owner)
    body = msgspec.structs.replace(queued, reason=reason)
    return queue(records, request.id, encode(request.plan), body)


def request_of(records: Records, run: str) -> Request:
    """Return the request that takes up ``run``.

    Raises:
        RepositoryError: if its plan or its beginning is on record nowhere.
    """
    ongoing = records.ongoing
    if ongoing.plan(run) is None or ongoing.record(run) is None:
        ongoing.restore(run, records.runs.plan(run) or b"", records.runs.events(run))
    record, data = ongoing.record(run), ongoing.plan(run)
    if record is None or data is None:
        raise RepositoryError(f"run `{run}` has no plan", "see `git wf fsck`")
    return Request(
        id=run,
        plan=decode(data),
        commit=record.commit,
        tree=record.tree,
        branch=record.branch,
        trigger=record.trigger,
        attempt=record.attempt,
        of=record.of,
        here=record.trigger == HERE,
        occasion=record.occasion,
        effects_done=record.effects_done,
    )
