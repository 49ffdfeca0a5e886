"""What is going on now: the steps that run, kept from events, and laid out for so many lines."""

from __future__ import annotations

import threading

import msgspec

from gitwf.cli.output import clipped
from gitwf.records.event import Event, RunFinished, RunStarted, StepFinished, StepStarted

_NAME = 40


class Running(msgspec.Struct, frozen=True):
    """A step that runs. ``since`` is in seconds of the clock that the board was told."""

    run: str
    step: str
    name: str
    since: float


class Row(msgspec.Struct, frozen=True):
    """A line about a step, or, without a step, about how much more there is."""

    name: str
    elapsed: str
    running: Running | None = None


class Board:
    """Knows what runs. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, float] = {}
        self._steps: dict[tuple[str, str], Running] = {}
        self._done = 0

    def hear(self, event: Event, now: float) -> None:
        """Take note of an event."""
        run = event.run or ""
        with self._lock:
            match event.body:
                case RunStarted():
                    self._runs[run] = now
                case RunFinished():
                    self._runs.pop(run, None)
                case StepStarted() as body:
                    name = clipped(" ".join((body.command, *body.args)), _NAME)
                    self._steps[run, body.step] = Running(run, body.step, name, now)
                case StepFinished() as body:
                    self._steps.pop((run, body.step), None)
                    self._done += 1
                case _:
                    pass

    def rows(self, now: float, height: int) -> list[Row]:
        """Return what to show in ``height`` lines: the steps that run longest, and how many more do."""
        with self._lock:
            steps, runs, done = list(self._steps.values()), dict(self._runs), self._done
        if not runs:
            return []
        shown = steps[: max(0, height - 1)]
        rows = [Row(step.name, elapsed(now - step.since), step) for step in shown]
        more = f"{len(steps) - len(shown)} more running, " if len(steps) > len(shown) else ""
        return [*rows, Row(f"{more}{done} done", elapsed(now - min(runs.values())))]


def elapsed(seconds: float) -> str:
    """Return a time span as a clock shows it: ``0:07``, ``1:02:03``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
