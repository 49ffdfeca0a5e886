"""`git wf logs`: what the steps of a run printed, afterwards or as they print it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from gitwf.app.glance import Glance
from gitwf.app.history import find, known
from gitwf.app.session import Session, UsageError
from gitwf.app.streams import Piece, StepOutput
from gitwf.engine.replay.mask import Mask
from gitwf.records.event import Event, StepFinished, StepStarted
from gitwf.records.fold import RunRecord
from gitwf.records.journal import path_of
from gitwf.records.store import Records
from gitwf.records.tail import JournalTail

_PAUSE = 0.1
"""Seconds between two looks at a run that is followed."""


class Logs(msgspec.Struct, frozen=True):
    """What was printed, piece by piece. ``many``: the pieces are of several steps, or may be."""

    pieces: Iterator[Piece]
    many: bool


def logs(session: Session, run: str, step: str | None, *, follow: bool = False) -> Logs:
    """Return the output of a run's steps in the order of their start.

    ``step`` is the id of one, or of what they lie in, or the name of a command. ``follow`` goes on
    until the run is over.

    Raises:
        UnknownRunError: if there is no such run.
        UsageError: if it has no such step, or its output is not here.
    """
    repository = session.repository()
    records = Records(repository)
    record = known(records, find(repository, records, run))
    folder = records.state_dir / "runs" / record.run
    if not folder.is_dir():
        raise UsageError(*_gone(record, records.owner))
    tail = JournalTail(path_of(records.state_dir, record.run))
    mask = Glance(repository, session.environment).mask(record.run)
    if follow and not record.is_over:
        pieces = _followed(tail, folder, step)
        return Logs(_masked(pieces, mask), many=step is None)
    started = [body for body in _started(tail.read()) if fits(body, step)]
    if step is not None and not started:
        raise UsageError(
            f"run `{record.run}` has no step `{step}`", f"`git wf show {record.run}` lists them"
        )
    return Logs(_masked(_printed(started, folder), mask), many=len(started) > 1)


def fits(body: StepStarted | StepFinished, step: str | None) -> bool:
    """Return whether ``step`` names a step: by its id, by what it lies in, or by its command."""
    if step is None or body.step == step or body.command == f"/{step.removeprefix('/')}":
        return True
    return body.step.startswith((f"{step}/", f"{step}["))


def _started(events: list[Event]) -> Iterator[StepStarted]:
    """Yield the steps that were started, each once: a replay starts some again."""
    seen: set[str] = set()
    for event in events:
        if isinstance(event.body, StepStarted) and event.body.step not in seen:
            seen.add(event.body.step)
            yield event.body


def _masked(pieces: Iterable[Piece], mask: Mask) -> Iterator[Piece]:
    for piece in pieces:
        yield msgspec.structs.replace(piece, data=mask.data(piece.data))


def _printed(started: list[StepStarted], run: Path) -> Iterator[Piece]:
    for step in started:
        output = StepOutput(step, run)
        yield from output.read(ended=True)
        output.close()


def _followed(tail: JournalTail, run: Path, step: str | None) -> Iterator[Piece]:
    """Yield what steps print until the run has ended."""
    running: dict[str, StepOutput] = {}
    while True:
        news = [event.body for event in tail.read()]
        over = any(body.is_terminal for body in news)
        for body in news:
            if isinstance(body, StepStarted) and body.step not in running and fits(body, step):
                running[body.step] = StepOutput(body, run)
        finished = {body.step for body in news if isinstance(body, StepFinished)}
        for place, output in list(running.items()):
            is_done = over or place in finished
            yield from output.read(ended=is_done)
            if is_done:
                running.pop(place).close()
        if over:
            return
        time.sleep(_PAUSE)


def _gone(record: RunRecord, here: str) -> tuple[str, str]:
    message = f"what run `{record.run}` printed is not here"
    if record.owner not in (None, here):
        return message, f"it was played by `{record.owner}`, and output stays where it was printed"
    return message, "its folder in `.git/wf/runs` was deleted; `git wf show` has its results"
