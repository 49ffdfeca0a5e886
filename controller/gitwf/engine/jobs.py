"""Plays the process of a command: starts its job, waits, and says how it ended."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gitwf.engine.context import RunContext
from gitwf.engine.frame import Frame
from gitwf.engine.mask import Mask
from gitwf.engine.outcome import Failure, Kind
from gitwf.engine.pouring import BROKEN
from gitwf.engine.resources import TooMuchError
from gitwf.engine.steps import Call
from gitwf.engine.stop import GRACE, Stop
from gitwf.engine.threads import after
from gitwf.targets.job import Exit, Job, JobFolder, JobSpec, Streams


class Process(msgspec.Struct, frozen=True):
    """What to run for a command.

    ``timeout`` in seconds; ``secrets`` are names; ``uses`` are named resources, with how much of
    each, and ``slot`` is whether it counts as one of the jobs at once. ``kept``: the file with its
    output is needed though it writes into a pipe.
    """

    argv: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()
    timeout: float | None = None
    uses: Mapping[str, float] = {}
    slot: bool = True
    kept: bool = False


class Finished(msgspec.Struct, frozen=True):
    """A job that ended: its folder, and why it failed or None."""

    folder: JobFolder
    failure: Failure | None


def run(context: RunContext, call: Call, process: Process, frame: Frame) -> Finished:
    """Play ``process`` as the job of ``call`` and wait for its end.

    A stop of ``frame`` and the time limit end all of its processes. The job is adopted where an
    earlier controller started it. The time limit does not run while it waits for its turn.
    """
    begun = JobFolder(context.job_folder(call.step)).is_begun()
    try:
        with frame.supply.job(process.uses, frame.stop, slot=process.slot, begun=begun):
            return _run(context, call, process, frame)
    except TooMuchError as error:
        folder = JobFolder(context.job_folder(call.step))
        return Finished(folder, _failure(Kind.START, f"`{call.command}`: {error}", 1, call))


def _run(context: RunContext, call: Call, process: Process, frame: Frame) -> Finished:
    folder = context.job_folder(call.step)
    missing = [name for name in process.secrets if name not in context.secrets]
    if missing:
        message = f"the secret `{missing[0]}` is not in the controller's environment"
        return Finished(JobFolder(folder), _failure(Kind.START, message, 1, call))
    try:
        job = context.target.start(
            folder, _spec(context, call, process, frame), _streams(frame, kept=process.kept)
        )
    except (OSError, ValueError) as error:
        message = f"`{call.command}` could not be started: {error}"
        return Finished(JobFolder(folder), _failure(Kind.START, message, 126, call))
    end, late = _wait(job, process.timeout, frame.stop)
    # What comes through a pipe may hold the secrets of others.
    named = context.secrets if frame.streams.stdin is not None else process.secrets
    mask(job.folder, (context.secrets[name] for name in named))
    if late:
        message = f"`{call.command}` did not end in {process.timeout:g} s"
        return Finished(job.folder, _failure(Kind.TIMEOUT, message, 124, call))
    if end.status == 0:
        return Finished(job.folder, None)
    if stopped := frame.stop.failure or frame.stop.foretold:
        return Finished(job.folder, _failure(stopped.kind, stopped.message, stopped.status, call))
    piped = frame.streams.stdout is not None
    return Finished(job.folder, _exit_failure(end.status, job.folder, call, piped=piped))


def _spec(context: RunContext, call: Call, process: Process, frame: Frame) -> JobSpec:
    secrets = {name: context.secrets[name] for name in process.secrets}
    environment = {
        **context.environment,
        **frame.environment,
        **process.environment,
        **secrets,
        **context.variables(call.step, call.attempt),
    }
    return JobSpec(process.argv, str(process.directory), environment, frozenset(secrets))


def _streams(frame: Frame, *, kept: bool) -> Streams:
    """Return the pipes of a job; its output is kept too where somebody asks for it."""
    return msgspec.structs.replace(frame.streams, kept=kept or frame.wanted)


def _wait(job: Job, seconds: float | None, stop: Stop) -> tuple[Exit, bool]:
    """Wait for the end of a job, stopped or late; return it, and whether it was late."""
    late = threading.Event()

    def expire() -> None:
        late.set()
        job.cancel(GRACE)

    with after(seconds, expire), stop.listening(lambda: job.cancel(stop.grace)):
        if stop.foretold:
            job.cancel(stop.grace)
        return job.wait(), late.is_set()


def _exit_failure(status: int | None, folder: JobFolder, call: Call, *, piped: bool) -> Failure:
    if status is None:
        message = f"`{call.command}` vanished without an exit status (killed, or a power cut)"
        return _failure(Kind.LOST, message, 137, call)
    if piped and status == BROKEN:
        return _failure(Kind.EXIT, f"nothing reads what `{call.command}` writes", status, call)
    message = f"`{call.command}` exited with {status}"
    last = folder.tail("err").strip().rpartition("\n")[2][:200]
    return _failure(Kind.EXIT, f"{message}: {last}" if last else message, status, call)


def _failure(kind: Kind, message: str, status: int, call: Call) -> Failure:
    return Failure(kind, message, call.command, call.step, status)


def mask(folder: JobFolder, values: Iterable[str]) -> None:
    """Replace the ``values`` of secrets in what the job printed."""
    secrets = Mask(values)
    for path in (folder.out, folder.err, folder.result):
        if not path.is_file():
            continue
        data = path.read_bytes()
        clean = secrets.data(data)
        if clean != data:
            draft = path.with_name(f"{path.name}.new")
            draft.write_bytes(clean)
            draft.replace(path)
