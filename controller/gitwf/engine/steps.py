"""A command as a step: its intent and its outcome are journaled, and answered from there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from gitwf.engine.frame import Frame
from gitwf.engine.memory import Memory
from gitwf.engine.outcome import Failure, Kind, Outcome, Output, StoppedError, failed
from gitwf.engine.stop import Stop
from gitwf.language.value import Value, from_json, to_json
from gitwf.records.event import Body, Error, Event, Out, StepFinished, StepStarted

INLINE = 4096
"""Bytes up to which a result stands in the record itself."""


class Recorder(Protocol):
    """Writes down what happens in a run."""

    def emit(self, body: Body, extra: Mapping[str, msgspec.Raw] | None = None) -> Event:
        """Record an event; one that announces something is on disk when this returns."""
        ...


class Call(msgspec.Struct, frozen=True):
    """A command about to be played: its place, its name with the slash, its arguments as text."""

    step: str
    command: str
    args: tuple[str, ...] = ()
    attempt: int = 1

    def failed(self, kind: Kind, message: str, status: int = 1) -> Failure:
        """Return the failure of this command."""
        return Failure(kind, message, self.command, self.step, status)


class Ended(msgspec.Struct, frozen=True):
    """How a command ended, with what the record says beside its outcome.

    ``cached``: it was restored, not executed. ``reason`` is the sentence that says why.
    """

    outcome: Outcome
    cached: bool = False
    outs: tuple[Out, ...] = ()
    metrics: Mapping[str, Value] = {}
    reason: str | None = None
    warning: str | None = None


class Steps:
    """Plays commands as steps of a run, once each."""

    def __init__(self, recorder: Recorder, memory: Memory, folder: Path) -> None:
        self._recorder = recorder
        self._memory = memory
        self._folder = folder

    def known(self, call: Call) -> bool:
        """Return whether an earlier playing of the run began the step."""
        return self._memory.started(call.step)

    def admit(self, call: Call, frame: Frame) -> None:
        """Raise `StoppedError` if the step is new and nothing new may begin."""
        if not self.known(call):
            frame.stop.admit()

    def play(self, call: Call, frame: Frame, body: Callable[[], Ended]) -> Ended:
        """Return how the step ended according to the journal, or play ``body`` and record it.

        Raises:
            StoppedError: if the step was stopped, or is new and nothing new may begin.
        """
        known = self._memory.finished(call.step)
        if known is None and frame.stop.foretold:
            known = self._memory.cancelled(call.step)
        if known is not None:
            return self._remembered(call, known, frame.stop)
        self.admit(call, frame)
        if frame.lost is not None and not self.known(call):
            lost = call.failed(Kind.LOST, frame.lost.message, frame.lost.status)
            body = partial(Ended, failed(lost))
        self._recorder.emit(StepStarted(call.step, call.command, call.args, call.attempt))
        begun = time.monotonic()
        try:
            ended = body()
        except StoppedError as stopped:
            failure = msgspec.structs.replace(stopped.failure, command=call.command, step=call.step)
            self._record(call, Ended(failed(failure)), begun)
            raise
        self._keep_output(call, ended.outcome.output)
        self._record(call, ended, begun)
        return ended

    def _keep_output(self, call: Call, output: Output) -> None:
        """Have the output of a command without a job stand where that of a job stands.

        A replay of the run finds it there, and so does whoever asks for the log.
        """
        path = self._output(call.step)
        if not output or path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        match output:
            case (Path() as file,):
                path.symlink_to(file)
            case _:
                path.write_bytes(b"".join(p for p in output if isinstance(p, bytes)))

    def _output(self, step: str) -> Path:
        return self._folder / "jobs" / step.replace("/", ".") / "out"

    def _record(self, call: Call, ended: Ended, begun: float) -> None:
        outcome = ended.outcome
        failure = outcome.failure
        body = StepFinished(
            step=call.step,
            command=call.command,
            args=call.args,
            attempt=call.attempt,
            status=_status(failure),
            exit=outcome.status,
            seconds=round(time.monotonic() - begun, 6),
            cached=ended.cached,
            result=self._result(outcome.result),
            outs=ended.outs,
            error=error_of(failure) if failure else None,
        )
        extra = {"reason": ended.reason, "warning": ended.warning}
        raw = {k: msgspec.Raw(msgspec.json.encode(v)) for k, v in extra.items() if v}
        if ended.metrics:
            raw["metrics"] = msgspec.Raw(to_json(dict(ended.metrics)).encode())
        self._recorder.emit(body, raw)

    def _result(self, value: Value) -> msgspec.Raw:
        text = to_json(value).encode()
        if len(text) <= INLINE:
            return msgspec.Raw(text)
        digest = hashlib.sha256(text).hexdigest()
        path = self._folder / "results" / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        return msgspec.Raw(msgspec.json.encode({"sha256": digest, "size": len(text)}))

    def _remembered(self, call: Call, event: Event, stop: Stop) -> Ended:
        known = event.body
        assert isinstance(known, StepFinished)  # noqa: S101  (Memory.finished answers no other)
        failure = failure_of(known.error) if known.error else None
        if failure and stop.foretold and failure.message == stop.foretold.message:
            raise StoppedError(stop.foretold)
        out = self._output(call.step)
        output = (out,) if out.exists() else ()
        outcome = Outcome(known.exit or 0, self._value(bytes(known.result)), failure, output)
        metrics = from_json(bytes(event.extra.get("metrics", b"{}")).decode())
        return Ended(
            outcome, known.cached, known.outs, metrics if isinstance(metrics, dict) else {}
        )

    def _value(self, text: bytes) -> Value:
        value = from_json(text.decode())
        match value:
            case {"sha256": str(digest), "size": _}:
                path = self._folder / "results" / digest
                return from_json(path.read_text()) if path.exists() else value
            case _:
                return value


def error_of(failure: Failure) -> Error:
    """Return ``failure`` as records have it."""
    return Error(failure.message, str(failure.kind), failure.command, failure.step, failure.status)


def failure_of(error: Error) -> Failure:
    """Return the failure that a record says."""
    return Failure(Kind(error.kind), error.message, error.command, error.step, error.status or 1)


def _status(failure: Failure | None) -> str:
    if failure is None:
        return "succeeded"
    if failure.kind in (Kind.CANCELLED, Kind.TIMEOUT, Kind.LOST):
        return str(failure.kind)
    return "failed"
