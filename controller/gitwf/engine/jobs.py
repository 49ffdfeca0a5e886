"""Plays the process of a command: starts its job, waits, and says how it ended."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gitwf.engine.context import RunContext
from gitwf.engine.frame import Frame
from gitwf.engine.outcome import Failure, Kind
from gitwf.engine.steps import Call
from gitwf.targets.job import JobFolder, JobSpec

GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""


class Process(msgspec.Struct, frozen=True):
    """What to run for a command. ``timeout`` in seconds; ``secrets`` are names."""

    argv: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()
    timeout: float | None = None


class Finished(msgspec.Struct, frozen=True):
    """A job that ended: its folder, and why it failed or None."""

    folder: JobFolder
    failure: Failure | None


def run(context: RunContext, call: Call, process: Process, frame: Frame) -> Finished:
    """Play ``process`` as the job of ``call`` and wait for its end.

    A stop of ``frame`` and the time limit end all of its processes. The job is adopted where an
    earlier controller started it.
    """
    folder = context.job_folder(call.step)
    missing = [name for name in process.secrets if name not in context.secrets]
    if missing:
        message = f"the secret `{missing[0]}` is not in the controller's environment"
        return Finished(JobFolder(folder), _failure(Kind.START, message, 1, call))
    secrets = {name: context.secrets[name] for name in process.secrets}
    spec = JobSpec(
        argv=process.argv,
        directory=str(process.directory),
        environment={
            **context.environment,
            **process.environment,
            **secrets,
            **context.variables(call.step, call.attempt),
        },
        secrets=frozenset(secrets),
    )
    try:
        job = context.target.start(folder, spec)
    except (OSError, ValueError) as error:
        message = f"`{call.command}` could not be started: {error}"
        return Finished(JobFolder(folder), _failure(Kind.START, message, 126, call))
    late = threading.Event()

    def expire() -> None:
        late.set()
        job.cancel(GRACE)

    timer = threading.Timer(process.timeout, expire) if process.timeout is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        with frame.stop.listening(lambda: job.cancel(GRACE)):
            end = job.wait()
    finally:
        if timer:
            timer.cancel()
    mask(job.folder, secrets.values())
    if end.status == 0:
        return Finished(job.folder, None)
    if late.is_set():
        message = f"`{call.command}` did not end in {process.timeout:g} s"
        return Finished(job.folder, _failure(Kind.TIMEOUT, message, 124, call))
    if stopped := frame.stop.failure:
        return Finished(job.folder, _failure(stopped.kind, stopped.message, stopped.status, call))
    return Finished(job.folder, _exit_failure(end.status, job.folder, call))


def _exit_failure(status: int | None, folder: JobFolder, call: Call) -> Failure:
    if status is None:
        message = f"`{call.command}` vanished without an exit status (killed, or a power cut)"
        return _failure(Kind.LOST, message, 137, call)
    message = f"`{call.command}` exited with {status}"
    last = folder.tail("err").strip().rpartition("\n")[2][:200]
    return _failure(Kind.EXIT, f"{message}: {last}" if last else message, status, call)


def _failure(kind: Kind, message: str, status: int, call: Call) -> Failure:
    return Failure(kind, message, call.command, call.step, status)


_MASK = b"***"


def mask(folder: JobFolder, values: Iterable[str]) -> None:
    """Replace the ``values`` of secrets in what the job printed."""
    secrets = [value.encode() for value in values if value]
    for path in (folder.out, folder.err, folder.result):
        if not secrets or not path.exists():
            continue
        data = path.read_bytes()
        clean = data
        for secret in secrets:
            clean = clean.replace(secret, _MASK)
        if clean != data:
            draft = path.with_name(f"{path.name}.new")
            draft.write_bytes(clean)
            draft.replace(path)
