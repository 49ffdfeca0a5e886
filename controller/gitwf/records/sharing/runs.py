"""Two versions of a run become one: all that either knows, and the end that came first.

The order of ends is that in which they came to the remote, whatever clocks say: what is there already wins,
and another end is kept as `run.late`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from gitwf.records.event import Event, RunFinished, RunLate, decode, encode
from gitwf.records.fold import end_of, fold, ordered
from gitwf.records.runs import EVENTS, RECORD
from gitwf.repo.commits import Draft, File
from gitwf.repo.repository import Repository


def merge_events(ours: Iterable[Event], theirs: Iterable[Event]) -> list[Event]:
    """Return the events of both, in order; of those that end the run that of ``theirs`` counts."""
    known = {event.id: event for event in theirs}
    is_over = _over(known.values())
    new = (event for event in ours if event.id not in known)
    return ordered([*known.values(), *(_late(event) if is_over else event for event in new)])


def _late(event: Event) -> Event:
    body = event.body
    if not isinstance(body, RunFinished):
        return event
    late = RunLate(body.status, body.seconds, body.error)
    return Event(event.at, event.id, event.epoch, event.run, late, event.v)


def merge_run(repository: Repository, ours: str, theirs: str) -> str:
    """Return the commit of a run that holds what the commits ``ours`` and ``theirs`` do.

    Files and results are those of whichever counts; one that cannot be read gives way.
    """
    mine, yours = _events(repository, ours), _events(repository, theirs)
    if mine is None or yours is None:
        return theirs if mine is None else ours
    merged = merge_events(mine, yours)
    known, counted = _lines(merged), _over(yours)
    if known == _lines(yours):
        return theirs
    if known == _lines(mine):
        return ours
    return _write(repository, theirs if counted else ours, merged)


def _write(repository: Repository, base: str, events: Sequence[Event]) -> str:
    found, record = repository.commit(base), fold(events)
    if found is None or record is None:
        return base
    lines = b"".join(encode(event) + b"\n" for event in events)
    changes = {EVENTS: File(lines), RECORD: File(msgspec.json.encode(record) + b"\n")}
    draft = Draft(found.tree, changes, found.parents, found.message, found.at)
    return repository.commits.write([draft])[0]


def _events(repository: Repository, commit: str) -> list[Event] | None:
    text = repository.objects.blob(commit, EVENTS)
    try:
        return [decode(line) for line in (text or b"").splitlines()] if text else None
    except ValueError:
        return None


def _lines(events: Iterable[Event]) -> set[bytes]:
    return {encode(event) for event in events}


def _over(events: Iterable[Event]) -> bool:
    return end_of(ordered(events)) is not None
