"""A command as a step: its intent and its outcome are journaled, and answered from there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from gitwf.engine.replay.folders import newest_folder
from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.values import Values
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, Output, StoppedError, failed
from gitwf.engine.unit.stop import Stop
from gitwf.language.value import Value, from_json, to_json
from gitwf.records.event import Body, Error, Event, Out, StepFinished, StepStarted
from gitwf.repo import disk
from gitwf.targets.job import JobFolder


class Recorder(Protocol):
    """Writes down what happens in a run."""

    def emit(self, body: Body, extra: Mapping[str, msgspec.Raw] | None = None) -> Event:
        """Record an event; one that announces something is on disk when this returns."""
        ...


class Call(msgspec.Struct, frozen=True):
    """A command about to be played: its place, its name with the slash, its arguments as text.

    ``target`` is where it runs.
    """

    step: str
    command: str
    args: tuple[str, ...] = ()
    attempt: int = 1
    target: str = "local"

    def failed(self, kind: Kind, message: str, status: int = 1) -> Failure:
        """Return the failure of this command."""
        return Failure(kind, message, self.command, self.step, status)


class Ended(msgspec.Struct, frozen=True):
    """How a command ended, with what the record says beside its outcome.

    ``cached``: it was restored, not executed. ``reason`` is the sentence that says why. ``about`` are
    further keys of the record. ``params`` are those of a stage: they are not on record, and empty where
    the journal answers.
    """

    outcome: Outcome
    cached: bool = False
    outs: tuple[Out, ...] = ()
    metrics: Mapping[str, Value] = {}
    reason: str | None = None
    warning: str | None = None
    about: Mapping[str, Value] = {}
    params: Mapping[str, Value] = {}


class Steps:
    """Plays commands as steps of a run, once each."""

    def __init__(self, recorder: Recorder, memory: Memory, folder: Path) -> None:
        self._recorder = recorder
        self._memory = memory
        self._folder = folder
        self._values = Values(folder / "results")

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
        if known is None and frame.stop.reason is not None:
            known = self._memory.cancelled(call.step)
        if known is not None:
            return _unless_stopped(self._remembered(call, known), frame.stop)
        self.admit(call, frame)
        if frame.lost is not None and not self.known(call):
            lost = call.failed(Kind.LOST, frame.lost.message, frame.lost.status)
            body = partial(Ended, failed(lost))
        begin = StepStarted(call.step, call.command, call.args, call.attempt, call.target)
        self._recorder.emit(begin)
        begun = time.monotonic()
        try:
            ended = body()
        except StoppedError as stopped:
            failure = msgspec.structs.replace(stopped.failure, command=call.command, step=call.step)
            self._record(call, Ended(failed(failure)), begun)
            raise
        self._keep_output(call, ended.outcome.output)
        self._record(call, ended, begun)
        return _unless_stopped(ended, frame.stop)

    def _keep_output(self, call: Call, output: Output) -> None:
        """Have the output of a command without a job stand where that of a job stands.

        A replay of the run finds it there, and so does whoever asks for the log.
        """
        path = self._output(call.step)
        if not output or path.exists():
            return
        match output:
            case (Path() as file,):
                with disk.room(path):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.symlink_to(file)
            case _:
                text = b"".join(p for p in output if isinstance(p, bytes))
                if text:  # that nothing was printed needs no file, and no disk to wait for
                    disk.replace(path, text)

    def _output(self, step: str) -> Path:
        return newest_folder(self._folder, step) / "out"

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
            seconds=round(self._took(call, time.monotonic() - begun), 6),
            cached=ended.cached,
            result=self._values.raw(outcome.result),
            outs=ended.outs,
            error=error_of(failure) if failure else None,
        )
        extra = {"reason": ended.reason, "warning": ended.warning}
        raw = {k: msgspec.Raw(msgspec.json.encode(v)) for k, v in extra.items() if v}
        if ended.metrics:
            raw["metrics"] = msgspec.Raw(to_json(dict(ended.metrics)).encode())
        raw |= {k: msgspec.Raw(to_json(v).encode()) for k, v in ended.about.items()}
        self._recorder.emit(body, raw)

    def _took(self, call: Call, here: float) -> float:
        """Return the seconds that a step took: one that was taken up, as long as its job did."""
        if not self.known(call):
            return here
        job = JobFolder(newest_folder(self._folder, call.step))
        return max(here, job.lasted() or 0.0)

    def _remembered(self, call: Call, event: Event) -> Ended:
        known = event.body
        assert isinstance(known, StepFinished)  # noqa: S101  (Memory.finished answers no other)
        failure = failure_of(known.error) if known.error else None
        out = self._output(call.step)
        output = (out,) if out.exists() else ()
        outcome = Outcome(known.exit or 0, self._values.value(known.result), failure, output)
        metrics = from_json(bytes(event.extra.get("metrics", b"{}")).decode())
        return Ended(
            outcome, known.cached, known.outs, metrics if isinstance(metrics, dict) else {}
        )


def _unless_stopped(ended: Ended, stop: Stop) -> Ended:
    """Return how a step ended; raise `StoppedError` where it was ``stop`` that ended it."""
    failure, reason = ended.outcome.failure, stop.reason
    if failure is not None and reason is not None and failure.message == reason.message:
        raise StoppedError(reason)
    return ended


def error_of(failure: Failure) -> Error:
    """Return ``failure`` as records have it."""
    return Error(
        failure.message,
        str(failure.kind),
        failure.command,
        failure.step,
        failure.status,
        failure.place,
        failure.hint,
    )


def failure_of(error: Error) -> Failure:
    """Return the failure that a record says."""
    return Failure(
        Kind(error.kind),
        error.message,
        error.command,
        error.step,
        error.status or 1,
        error.place,
        error.hint,
    )


def _status(failure: Failure | None) -> str:
    if failure is None:
        return "succeeded"
    if failure.kind in (Kind.CANCELLED, Kind.TIMEOUT, Kind.LOST):
        return str(failure.kind)
    return "failed"
