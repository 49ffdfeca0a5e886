"""One execution at a time of a stage with the same result, in all runs of a clone.

Who executes holds a lock file, named by the stage's key, with the id of its run in it. The lock ends
with its process (flock(2)), so a run that dies keeps nobody waiting.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitwf.engine.unit.stop import Stop

_POLL = 0.05


class Executions:
    """The executions of one run; ``folder`` is that of the locks, one for all runs."""

    def __init__(self, folder: Path, run: str) -> None:
        self._folder = folder
        self._run = run

    @contextmanager
    def alone(self, key: str | None, stop: Stop) -> Iterator[str | None]:
        """Be the only one that executes ``key`` while the block runs; None needs no lock.

        Gives the run that had to be waited for, or None.

        Raises:
            StoppedError: if the stop is asked for while it waits.
        """
        if key is None:
            yield None
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / key
        other = None
        while (descriptor := _taken(path)) is None:
            other = _holder(path) or other
            stop.wait(_POLL)
        try:
            os.pwrite(descriptor, self._run.encode(), 0)
            yield other
        finally:
            path.unlink(missing_ok=True)
            os.close(descriptor)


def _taken(path: Path) -> int | None:
    """Return the lock file, open and locked, or None where another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass  # held, or removed between the two by the one that held it
    os.close(descriptor)
    return None


def _holder(path: Path) -> str | None:
    try:
        return path.read_text() or None
    except FileNotFoundError:
        return None
