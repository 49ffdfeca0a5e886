"""`|`: parts that run at once, each reading what the one before it writes.

The pipes are the system's own, from process to process. This process holds both ends of each as
long as the parts beside it run: so a group may have several commands that write, or read, in turn,
and the end of a reading part ends those that write. After a crash the processes go on, joined as
they were; but nothing new can be joined to their pipes, so a command that had not begun is lost.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

import msgspec

from gitwf.engine.flow.player import Player
from gitwf.engine.jobs.pouring import BROKEN
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import (
    Failure,
    Kind,
    Outcome,
    StoppedError,
    failed,
)
from gitwf.engine.unit.resources import TooMuchError
from gitwf.engine.unit.supply import Supply
from gitwf.engine.unit.threads import results, spawn
from gitwf.language import tree
from gitwf.targets.job import Streams

_LOST = Failure(Kind.LOST, "its pipe ended with the controller that held it", status=137)


class _Pipe:
    """A pipe of the system, and whether its reading part has ended."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.is_read = True

    def end_reading(self) -> None:
        self.is_read = False
        os.close(self.reader)

    def end_writing(self) -> None:
        os.close(self.writer)


class _Part(msgspec.Struct, frozen=True):
    """A part of a pipeline, with the pipes before and behind it."""

    flow: tree.Flow
    frame: Frame
    reads: _Pipe | None
    writes: _Pipe | None

    def play(self, player: Player) -> Outcome:
        """Play the part, then close its ends. To die because nobody reads is no failure."""
        try:
            outcome = player.flow(self.flow, self.frame)
        except StoppedError as stopped:
            return failed(stopped.failure)
        finally:
            unread = self.writes is not None and not self.writes.is_read
            if self.reads:
                self.reads.end_reading()
            if self.writes:
                self.writes.end_writing()
        return Outcome() if unread and outcome.status == BROKEN else outcome


def play_pipeline(flow: tree.Pipeline, frame: Frame, player: Player) -> Outcome:
    """Play the parts at once, each on a copy of the variables; wait for all of them.

    The result and the output are those of the last part, the failure that of the rightmost part
    that failed.
    """
    begun = player.notes.reached(frame.step)
    if begun:
        frame = msgspec.structs.replace(frame, lost=_LOST)
    needs = [player.needs(part) for part in flow.parts]
    try:
        with frame.supply.pipe(needs, frame.stop, begun=begun) as supplies:
            parts = _joined(flow.parts, frame, supplies)
            futures = [spawn(partial(part.play, player), "git-wf-pipe") for part in parts]
            outcomes = results(futures)
    except TooMuchError as error:
        return failed(Failure(Kind.START, f"the pipe: {error}", step=frame.step))
    frame.stop.confirm([outcome.failure for outcome in outcomes])
    for part in parts:
        frame.scope.join(part.frame.scope)
    return _together(outcomes)


def _joined(flows: Sequence[tree.Flow], frame: Frame, supplies: Sequence[Supply]) -> list[_Part]:
    """Return the parts of a pipeline with new pipes between them."""
    pipes = [_Pipe() for _ in flows[1:]]
    parts: list[_Part] = []
    for number, flow in enumerate(flows, 1):
        reads = pipes[number - 2] if number > 1 else None
        writes = pipes[number - 1] if number < len(flows) else None
        streams = Streams(
            reads.reader if reads else frame.streams.stdin,
            writes.writer if writes else frame.streams.stdout,
        )
        # Within a group somebody may ask for `$result`; of a lone command that writes, nobody can.
        wanted = frame.wanted if writes is None else not isinstance(flow, tree.Command)
        place = frame.at(str(number)).beside(frame.stop).piped(streams)
        inner = msgspec.structs.replace(place, wanted=wanted, supply=supplies[number - 1])
        parts.append(_Part(flow, inner, reads, writes))
    return parts


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    last = outcomes[-1]
    failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    if not failures:
        return last
    return Outcome(failures[-1].status, last.result, failures[-1], last.output)
