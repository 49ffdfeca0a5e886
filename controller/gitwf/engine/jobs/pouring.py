"""Output that no process writes, written into a pipe: that of built-in commands and restored stages."""

from __future__ import annotations

import os

from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, failed, write_pieces

BROKEN = 141
"""The exit status of a process that SIGPIPE ended, as shells have it: 128 and the signal's number."""


def poured(outcome: Outcome, call: Call, frame: Frame) -> Outcome:
    """Return ``outcome`` once its output is in the pipe of ``frame``, where there is one."""
    if frame.streams.stdout is None:
        return outcome
    try:
        with os.fdopen(os.dup(frame.streams.stdout), "wb") as pipe:
            write_pieces(outcome.output, pipe)
    except BrokenPipeError:
        message = f"nothing reads what `{call.command}` writes"
        return failed(call.failed(Kind.EXIT, message, BROKEN))
    return outcome
