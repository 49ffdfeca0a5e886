"""How a job ended, said to people: what the exit status means, and what the command said last."""

from __future__ import annotations

import signal

from gitwf.engine.jobs.pouring import BROKEN
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.outcome import Failure, Kind
from gitwf.targets.job import JobFolder

_SIGNALLED = 128
"""Exit statuses above are those of processes that a signal ended, as shells have it."""

_NOT_STARTED = {
    126: "exited with 126, a program could not be started",
    127: "exited with 127, a program was not found",
}
_LONGEST = 200


def failure_of(status: int | None, folder: JobFolder, call: Call, *, piped: bool) -> Failure:
    """Return why a job failed that ended with ``status``, or that was lost (None).

    ``piped``: it wrote into a pipe.
    """
    if why := folder.read("stopped").decode("utf-8", "replace").strip():
        return call.failed(Kind.EXIT, f"`{call.command}` was stopped: {why}", status or 1)
    if status is None:
        return call.failed(Kind.LOST, _how_lost(folder, call), _SIGNALLED + signal.SIGKILL)
    if piped and status == BROKEN:
        return call.failed(Kind.EXIT, f"nothing reads what `{call.command}` writes", status)
    message = f"`{call.command}` {_how(status)}"
    last = folder.tail("err").strip().rpartition("\n")[2][:_LONGEST]
    return call.failed(Kind.EXIT, f"{message}: {last}" if last else message, status)


def _how(status: int) -> str:
    try:
        return f"was killed by {signal.Signals(status - _SIGNALLED).name} (exit {status})"
    except ValueError:
        return _NOT_STARTED.get(status, f"exited with {status}")


def _how_lost(folder: JobFolder, call: Call) -> str:
    if not folder.path.is_dir():
        return f"`{call.command}` deleted the folder of its job: nobody knows how it ended"
    if why := folder.read("lost").decode("utf-8", "replace").strip():
        return f"`{call.command}`: nobody knows how it ended: {why}"
    if not folder.is_begun():
        return f"`{call.command}` could not be started: its job ended before it began"
    return f"`{call.command}` vanished without an exit status (killed, or a power cut)"
