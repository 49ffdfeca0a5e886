"""What a run's journal answers when the run is played again: no finished step is done twice."""

from __future__ import annotations

from collections.abc import Iterable

from gitwf.language.value import Value, from_json
from gitwf.records.event import Error, Event, StepFinished, StepStarted, StepStopped, VariableSet

_FINAL = frozenset(("succeeded", "failed", "timeout"))


class Memory:
    """The outcomes, assignments and intents of an earlier playing of the same run."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._finished: dict[str, Event] = {}
        self._cancelled: dict[str, Event] = {}
        self._variables: dict[tuple[str, str], VariableSet] = {}
        self._started: set[str] = set()
        self._stopped: dict[str, Error] = {}
        for event in events:
            self._add(event)

    def _add(self, event: Event) -> None:
        match event.body:
            case StepFinished() as body if body.status in _FINAL:
                self._finished[body.step] = event
            case StepFinished(status="cancelled") as body:
                self._cancelled[body.step] = event
            case StepStarted() as body:
                self._started.add(body.step)
            case StepStopped() as body:
                self._stopped[body.step] = body.error
            case VariableSet() as body:
                self._variables[body.step, body.name] = body
            case _:
                pass

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
        below = (f"{step}/", f"{step}[")
        return any(known == step or known.startswith(below) for known in self._started)

    def stopped(self, step: str) -> Error | None:
        """Return why the part of the flow at ``step`` was stopped alone, or None."""
        return self._stopped.get(step)

    def variable(self, step: str, name: str) -> tuple[Value] | None:
        """Return what ``step`` assigned to ``name`` (in a tuple: it may be null), or None."""
        known = self._variables.get((step, name))
        return (from_json(bytes(known.value).decode()),) if known else None
