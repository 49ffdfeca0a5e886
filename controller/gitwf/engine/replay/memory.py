"""What a run's journal answers when the run is played again: no finished step is done twice."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator

from gitwf.language.value import Value, from_json
from gitwf.records.event import (
    Error,
    Event,
    FileAppending,
    FileKept,
    RunCancelling,
    StepFinished,
    StepStarted,
    StepStopped,
    TimerStarted,
    ValueRead,
    VariableSet,
)

ROOT = ""
"""The step that is all of a run."""

_FINAL = frozenset(("succeeded", "failed", "timeout", "lost"))
_PARTS = re.compile(r"[/[]")


class Memory:
    """What an earlier playing of the same run did, from its ``events`` in the order written.

    Answers and files are asked for in the order in which that playing had them: each is given once.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._finished: dict[str, Event] = {}
        self._cancelled: dict[str, Event] = {}
        self._variables: dict[tuple[str, str], VariableSet] = {}
        self._started: set[str] = set()
        self._reached: dict[str, tuple[Error, ...]] = {}
        self._stopped: dict[str, Error] = {}
        self._timers: dict[str, Event] = {}
        self._answers: dict[tuple[str, str, str], deque[ValueRead]] = defaultdict(deque)
        self._appending: dict[tuple[str, str], FileAppending] = {}
        self._kept: dict[tuple[str, str], deque[FileKept]] = defaultdict(deque)
        for event in events:
            self._add(event)

    def _add(self, event: Event) -> None:  # noqa: C901  (one case a type)
        match event.body:
            case StepFinished() as body if body.status in _FINAL:
                self._finished[body.step] = event
            case StepFinished(status="cancelled") as body:
                self._cancelled[body.step] = event
            case StepStarted() as body:
                self._started.add(body.step)
                self._reach(body.step)
            case StepStopped() as body:
                self._stopped.setdefault(body.step, body.error)
            case RunCancelling() as body:
                self._stopped.setdefault(ROOT, body.error)
            case VariableSet() as body:
                self._variables[body.step, body.name] = body
            case ValueRead() as body:
                self._answers[body.step, body.function, body.argument].append(body)
            case TimerStarted() as body:
                self._timers.setdefault(body.step, event)
            case FileAppending() as body:
                self._appending[body.step, body.path] = body
            case FileKept() as body:
                self._appending.pop((body.step, body.path), None)
                self._kept[body.step, body.path].append(body)
            case _:
                pass

    def _reach(self, step: str) -> None:
        """Note what ``step`` is in, and how much of that was stopped by the time it was reached."""
        around = list(_around(step))
        stops = [self._stopped[at] for at in (ROOT, *around) if at in self._stopped]
        for place in around:
            self._reached.setdefault(place, tuple(stops))

    def finished(self, step: str) -> Event | None:
        """Return the ``step.finished`` event of ``step``, or None where it has to be played."""
        return self._finished.get(step)

    def cancelled(self, step: str) -> Event | None:
        """Return the ``step.finished`` event of ``step``, where it was cancelled, or None."""
        return self._cancelled.get(step)

    def started(self, step: str) -> bool:
        """Return whether ``step`` was begun."""
        return step in self._started

    def reached(self, step: str) -> bool:
        """Return whether anything at or below ``step`` was begun."""
        return step in self._reached

    def stops_before(self, step: str) -> Collection[Error] | None:
        """Return why parts around ``step`` were stopped before anything there began.

        None: nothing did begin there.
        """
        return self._reached.get(step)

    def stopped(self, step: str) -> Error | None:
        """Return why the part of the flow at ``step`` was stopped alone, or None."""
        return self._stopped.get(step)

    def timer(self, step: str) -> Event | None:
        """Return the ``timer.started`` event of ``step``, or None."""
        return self._timers.get(step)

    def variable(self, step: str, name: str) -> tuple[Value] | None:
        """Return what ``step`` assigned to ``name`` (in a tuple: it may be null), or None."""
        known = self._variables.get((step, name))
        return (from_json(bytes(known.value).decode()),) if known else None

    def answer(self, step: str, function: str, argument: str) -> ValueRead | None:
        """Return the next answer that ``step`` got to this question, or None."""
        known = self._answers.get((step, function, argument))
        return known.popleft() if known else None

    def files(self) -> set[str]:
        """Return the paths of all files that were kept with the run."""
        return {path for _, path in self._kept}

    def kept(self, step: str, path: str) -> FileKept | None:
        """Return that ``step`` has written the file ``path`` (the next time), or None."""
        known = self._kept.get((step, path))
        return known.popleft() if known else None

    def appending(self) -> Collection[FileAppending]:
        """Return what was about to be added to files when the playing ended."""
        return self._appending.values()


def _around(step: str) -> Iterator[str]:
    """Yield ``step`` and the places around it: ``4/then/2[1]``, ``4``, ``4/then``, ``4/then/2``."""
    yield step
    for part in _PARTS.finditer(step):
        yield step[: part.start()]
