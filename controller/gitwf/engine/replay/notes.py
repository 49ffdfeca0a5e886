"""What flows do beside their commands: written down, and answered from there when played again."""

from __future__ import annotations

import msgspec

from gitwf.engine.replay.memory import ROOT, Memory
from gitwf.engine.replay.steps import Recorder, error_of, failure_of
from gitwf.engine.replay.timers import Timers
from gitwf.engine.replay.writing import Writer
from gitwf.engine.unit.outcome import Failure, Output
from gitwf.language.value import Value, to_json
from gitwf.records.event import RunCancelling, StepStopped, VariableSet


class FlowNotes:
    """The notes of one run."""

    def __init__(self, recorder: Recorder, memory: Memory, timers: Timers, writer: Writer) -> None:
        self._recorder = recorder
        self._memory = memory
        self._timers = timers
        self._writer = writer

    def variable(self, step: str, name: str) -> tuple[Value] | None:
        """Return what an earlier playing set a variable to (in a tuple: it may be null), or None."""
        return self._memory.variable(step, name)

    def variable_set(self, step: str, name: str, value: Value) -> None:
        """Record that a variable was set, once."""
        if self._memory.variable(step, name) is None:
            raw = msgspec.Raw(to_json(value).encode())
            self._recorder.emit(VariableSet(step, name, raw))

    def write(self, step: str, path: str, output: Output, *, append: bool) -> None:
        """Write the output of a unit into a file of the workspace, once.

        Raises:
            OSError: if it cannot be written, or leads out of the workspace.
            StorageFullError: if there is no room for it.
        """
        self._writer.write(step, path, output, append=append)

    def timer(self, step: str, seconds: float) -> float:
        """Begin a timer, or return the seconds left of the one that an earlier playing began."""
        return self._timers.left(step, seconds)

    def stopped(self, step: str, failure: Failure) -> None:
        """Record that a part of the flow, or all of the run, is to be stopped."""
        error = error_of(failure)
        self._recorder.emit(RunCancelling(error) if step == ROOT else StepStopped(step, error))

    def stop_of(self, step: str) -> Failure | None:
        """Return why an earlier playing stopped a part of the flow, or None."""
        error = self._memory.stopped(step)
        return failure_of(error) if error else None

    def reached(self, step: str) -> bool:
        """Return whether an earlier playing began anything at ``step``."""
        return self._memory.reached(step)

    def reached_before(self, step: str, stop: Failure) -> bool:
        """Return whether that was before a part around ``step`` was stopped because of ``stop``."""
        stops = self._memory.stops_before(step)
        return stops is not None and stop not in map(failure_of, stops)
