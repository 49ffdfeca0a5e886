"""`/ssh NAME command…`: a command as the job of a step on another machine, at home there."""

from __future__ import annotations

from collections.abc import Sequence

from gitwf.engine.jobs.context import RunContext
from gitwf.engine.jobs.jobs import Process
from gitwf.plan.place import Choice

NAME = "ssh"


def remote_process(name: str, words: Sequence[str], context: RunContext) -> Process | None:
    """Return what plays the built-in command ``name`` with these words; None if it is another's.

    The words behind the machine are the command's arguments, and no shell reads them: values are
    never code.
    """
    if name != NAME:
        return None
    machine, *command = words
    choice = Choice(f"{NAME}:{machine}")
    return Process(tuple(command), context.workspace, target=choice, is_bare=True)
