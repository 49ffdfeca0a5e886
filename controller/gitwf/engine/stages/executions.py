"""One execution at a time of a stage with the same result, in all runs of a clone.

Who executes holds a lock file, named by the stage's key, with the id of its run in it. The lock ends
with its process (flock(2)), so a run that dies keeps nobody waiting for long. Its command may go on,
though, and then the run is taken up, so it has a moment in which to take its lock again.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitwf.engine.unit.stop import Stop

_POLL = 0.05

_LENGTH = 64

MOMENT = 3.0
"""Seconds in which a run whose process has died may be taken up."""


class Executions:
    """The executions of one run; ``folder`` is that of the locks, one for all runs."""

    def __init__(self, folder: Path, run: str, moment: float = MOMENT) -> None:
        self._folder = folder
        self._run = run
        self._moment = moment

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
        path, other = self._path(key), None
        until = time.monotonic() + self._moment
        while (descriptor := self._free(path, until)) is None:
            other = _holder(path) or other
            stop.wait(_POLL)
        with self._holding(path, descriptor):
            yield other

    @contextmanager
    def again(self, key: str | None) -> Iterator[None]:
        """Hold ``key`` for an execution that an earlier process began, if nobody else does by now."""
        path = self._path(key) if key is not None else None
        descriptor = _taken(path) if path is not None else None
        if path is None or descriptor is None:
            yield
            return
        with self._holding(path, descriptor):
            yield

    def _path(self, key: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / key

    def _free(self, path: Path, until: float) -> int | None:
        """Return the lock file, locked, unless another holds it or may still take it up."""
        descriptor = _taken(path)
        if descriptor is None:
            return None
        left = os.pread(descriptor, _LENGTH, 0).decode()
        if left in {"", self._run} or time.monotonic() >= until:
            return descriptor
        os.close(descriptor)
        return None

    @contextmanager
    def _holding(self, path: Path, descriptor: int) -> Iterator[None]:
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, self._run.encode(), 0)
            yield
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
