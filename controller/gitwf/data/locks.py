"""DVC's lock files, so that our bookkeeping and a user's `dvc` commands never meet halfway.

Each is an flock with the holder's pid in the file (`dvc/lock.py`): it ends with its process.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gitwf.data.errors import LockedError

DEADLINE = 60.0
"""Seconds that we wait for a lock: longer than most `dvc` commands hold one."""

_POLL = 0.005
_SHOWN = 60


class FileLock:
    """A lock file of DVC, for the threads of this process: they queue, and one asks for the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()

    @contextmanager
    def held(self, deadline: float = DEADLINE) -> Iterator[None]:
        """Hold the lock; wait up to ``deadline`` seconds. Raises `LockedError`."""
        if not self._turn.acquire(timeout=deadline):
            raise _locked(self._path, "")
        try:
            with locked(self._path, deadline):
                yield
        finally:
            self._turn.release()


@contextmanager
def locked(path: Path, deadline: float = DEADLINE) -> Iterator[None]:
    """Hold the lock file at ``path`` as DVC holds it; wait up to ``deadline`` seconds.

    Raises `LockedError`: another process held it all the time; the message names it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _wait(descriptor, path, deadline)
        os.ftruncate(descriptor, os.pwrite(descriptor, b" %d\n" % os.getpid(), 0))
        yield
    finally:
        os.close(descriptor)


def shown(pid: str) -> str:
    """Return a process for people: its id, and the end of what it was started as if that is known."""
    listed = None
    with suppress(OSError):
        listed = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", pid], capture_output=True, text=True, check=False
        )
    words = " ".join(listed.stdout.split()) if listed else ""
    command = words if len(words) <= _SHOWN else f"…{words[-_SHOWN:]}"
    return f"process {pid} (`{command}`)" if command else f"process {pid or '?'}"


def _wait(descriptor: int, path: Path, deadline: float) -> None:
    until = time.monotonic() + deadline
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise _locked(path, _holder(descriptor)) from None
            time.sleep(_POLL)
        else:
            return


def _holder(descriptor: int) -> str:
    """Return the pid that the holder of a lock wrote into it."""
    return os.pread(descriptor, 32, 0).decode(errors="replace").strip()


def _locked(path: Path, pid: str) -> LockedError:
    return LockedError(
        f"{shown(pid)} holds `{path}`",
        "it is a `dvc` command or another run: wait for it, or end it",
    )
