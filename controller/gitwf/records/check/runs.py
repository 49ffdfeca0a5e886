"""Checks a run: its ref against itself, against its commit, and against the journal of this clone."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gitwf.plan.plan import decode as decode_plan
from gitwf.records.check import lines
from gitwf.records.check.finding import Finding
from gitwf.records.event import Event, RunAdopted, RunFinished, StepFinished
from gitwf.records.fold import RunRecord, fold

_HAND = "nothing mends it: `git wf` passes over it; a copy of the ref from another clone does"


class RunFiles(msgspec.Struct, frozen=True):
    """A run's ref as it was read: the files below `.wf/`, None where one is missing.

    ``parent`` is its first parent, None where that is not here.
    """

    ref: str
    run: str
    parent: str | None
    record: bytes | None
    plan: bytes | None
    events: bytes | None


class JournalFile(msgspec.Struct, frozen=True):
    """The journal of a run in this clone. ``texts`` are its whole lines, None a damaged one.

    ``ongoing``: the run is listed as one that is not whole in git yet.
    """

    path: str
    run: str
    texts: tuple[bytes | None, ...]
    ongoing: bool


def check_run(files: RunFiles) -> Iterator[Finding]:
    """Yield what is wrong with what the ref of a run holds."""
    known = lines.read((files.events or b"").splitlines(), f"{files.ref}:.wf/events.jsonl", _HAND)
    yield from known.findings
    yield from lines.of_run(known, files.run, f"{files.ref}:.wf/events.jsonl", _HAND)
    yield from _plan(files)
    record = fold(event for _, event in known.events)
    if record is None:
        yield Finding(files.ref, "its events say of no start", _HAND)
    elif not known.findings:
        yield from _record(files, record)
    yield from _end(files.ref, [event for _, event in known.events])


def check_journal(journal: JournalFile, ref: RunFiles | None) -> Iterator[Finding]:
    """Yield what is wrong with a journal; ``ref`` is what git has of the run, or None."""
    hint = (
        f"`git wf cancel {journal.run}` ends the run as lost"
        if journal.ongoing
        else f"delete `{journal.path}`: git has all of the run"
    )
    known = lines.read(journal.texts, journal.path, hint)
    yield from known.findings
    yield from lines.of_run(known, journal.run, journal.path, hint)
    yield from _end(journal.path, [event for _, event in known.events])
    if known.findings or ref is None or ref.events is None:
        return
    yield from _agreement(journal, {event.id for _, event in known.events}, ref, hint)


def _plan(files: RunFiles) -> Iterator[Finding]:
    try:
        decode_plan(files.plan or b"")
    except msgspec.DecodeError:
        yield Finding(f"{files.ref}:.wf/plan.json", "it is no plan", _HAND)


def _record(files: RunFiles, record: RunRecord) -> Iterator[Finding]:
    if _decoded(files.record) != _decoded(msgspec.json.encode(record)):
        yield Finding(f"{files.ref}:.wf/run.json", "it is not what the events say", _HAND)
    if record.run != files.run:
        yield Finding(files.ref, f"its events are of run `{record.run}`", _HAND)
    if files.parent != record.commit:
        stands = f"`{files.parent}`" if files.parent else "no commit that is here"
        problem = f"its parent is {stands}, and the run is of `{record.commit}`"
        yield Finding(files.ref, problem, _HAND)


def _decoded(record: bytes | None) -> RunRecord | None:
    try:
        return msgspec.json.decode(record or b"", type=RunRecord)
    except msgspec.DecodeError:
        return None


def _end(place: str, events: list[Event]) -> Iterator[Finding]:
    adopted = max((e.order for e in events if isinstance(e.body, RunAdopted)), default=None)
    counted = [e for e in events if adopted is None or e.order > adopted]
    ends = [event for event in counted if isinstance(event.body, RunFinished)]
    if len(ends) > 1:
        problem = f"the run has {len(ends)} ends, and the first counts"
        yield Finding(place, problem, "see that one controller alone acts on it")
    if ends:
        late = [e for e in events if e.order > ends[0].order and isinstance(e.body, StepFinished)]
        if late:
            yield Finding(place, "steps go on after its end", "see that one controller alone acts")


def _agreement(journal: JournalFile, ids: set[str], ref: RunFiles, hint: str) -> Iterator[Finding]:
    """Compare a journal with the run's ref: it is ahead of it while the run goes on, never behind.

    But for that of a run that another clone has adopted since.
    """
    known = lines.read((ref.events or b"").splitlines(), ref.ref, _HAND)
    held = {event.id for _, event in known.events}
    missing = [event for _, event in known.events if event.id not in ids]
    if any(isinstance(event.body, RunAdopted) for event in missing):
        return
    if missing:
        problem = f"it lacks events that `{ref.ref}` has: {len(missing)}"
        yield Finding(journal.path, problem, hint)
    if ids - held and not journal.ongoing:
        problem = f"it lacks events that the journal here has: {len(ids - held)}"
        yield Finding(
            ref.ref, problem, "it was set back: take it from another clone, or its reflog"
        )
