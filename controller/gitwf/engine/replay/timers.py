"""Deadlines and pauses: they count from when they first began, in whichever playing of the run."""

from __future__ import annotations

from datetime import datetime

from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.steps import Recorder
from gitwf.records.clock import Clock, parse
from gitwf.records.event import TimerStarted


class Timers:
    """The timers of one run."""

    def __init__(self, recorder: Recorder, memory: Memory, clock: Clock) -> None:
        self._recorder = recorder
        self._memory = memory
        self._clock = clock

    def left(self, step: str, seconds: float) -> float:
        """Begin a timer of ``seconds`` for ``step``, or return what is left of the one that began."""
        known = self._memory.timer(step)
        if known is None:
            self._recorder.emit(TimerStarted(step, seconds))
            return seconds
        assert isinstance(known.body, TimerStarted)  # noqa: S101  (Memory.timer answers no other)
        return max(0.0, known.body.seconds - elapsed(known.at, self._clock.now()))


def elapsed(since: str, now: datetime) -> float:
    """Return the seconds from ``since``, as records spell it, to ``now``; none for a clock set back."""
    return max(0.0, (now - parse(since)).total_seconds())
