"""Locks between processes of one machine. They end with the process that holds them (flock(2))."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from gitwf.records.clock import Clock, spell
from gitwf.repo.errors import RepositoryError

_PAUSE, _LONGEST = 0.002, 0.02  # seconds between two tries: at first, and after a while


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock: process id, when it took it, and on which host."""

    pid: int
    started: str
    host: str


class LockedError(RepositoryError):
    """Somebody else holds the lock. ``holder`` says who, where it is known."""

    def __init__(self, message: str, hint: str | None = None, holder: Holder | None = None) -> None:
        super().__init__(message, hint)
        self.holder = holder


class ControllerLock:
    """The lock of the one controller of a clone: a file in its state folder.

    As a context manager it is taken at once, or `LockedError` says who has it.
    """

    def __init__(self, state_dir: Path, clock: Clock) -> None:
        self._path = state_dir / "controller.lock"
        self._clock = clock
        self._descriptor: int | None = None

    def holder(self) -> Holder | None:
        """Return who holds the lock now, or None where nobody does."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            if _try(descriptor, fcntl.LOCK_SH):
                return None
            return _read(self._path)
        finally:
            os.close(descriptor)

    def __enter__(self) -> Self:
        descriptor = _open(self._path)
        if not _try(descriptor, fcntl.LOCK_EX):
            os.close(descriptor)
            holder = _read(self._path)
            who = (
                f"process {holder.pid} on {holder.host}, since {holder.started}"
                if holder
                else "another"
            )
            raise LockedError(
                f"a controller is at work here already: {who}",
                "stop it first, or leave the work to it",
                holder,
            )
        holder = Holder(os.getpid(), spell(self._clock.now()), os.uname().nodename)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, msgspec.json.encode(holder) + b"\n")
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def waiting(
    path: Path, patience: float, pause: Callable[[float], object] = time.sleep
) -> Iterator[None]:
    """Hold the lock file ``path``, waiting up to ``patience`` seconds for it, else raise `LockedError`.

    ``pause`` waits so many seconds between two tries; what it raises ends the waiting.
    """
    descriptor = _open(path)
    try:
        deadline = time.monotonic() + patience
        seconds = _PAUSE
        while not _try(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise LockedError(
                    f"`{path}` has been locked for {patience:g} seconds",
                    "another `git wf` process hangs: look for it and end it",
                )
            pause(seconds)
            seconds = min(2 * seconds, _LONGEST)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> Holder | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
