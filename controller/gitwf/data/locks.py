"""DVC's own locks, so that our bookkeeping and a user's `dvc` commands never meet halfway.

`.dvc/tmp/lock` is an flock with the holder's pid in the file (`dvc/lock.py`); `.dvc/tmp/rwlock`
names the paths that running commands read and write (`dvc/rwlock.py`). Both are per worktree.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gitwf.data.atomic import write_whole
from gitwf.data.errors import BrokenFileError, LockedError

DEADLINE = 60.0
"""Seconds that we wait for a lock: longer than any `dvc` command holds one without a person asking."""

_POLL = 0.005


class _Holder(msgspec.Struct, frozen=True):
    """Who holds a path, in the words of `rwlock`: DVC shows ``cmd`` to whom it keeps waiting."""

    pid: int
    cmd: str


class _Paths(msgspec.Struct, omit_defaults=True):
    """The whole of `rwlock`: one writer or many readers for a path."""

    write: dict[str, _Holder] = {}
    read: dict[str, list[_Holder]] = {}


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


@contextmanager
def busy(folder: Path, who: str, *, read: Sequence[Path], write: Sequence[Path]) -> Iterator[None]:
    """Tell DVC, while the body runs, that absolute paths are read and written by ``who``.

    ``folder`` is `.dvc/tmp`. A `dvc` command that wants one of them fails at once and shows
    ``who``; all others work. What other processes hold is not our business: a run has a worktree
    of its own.

    Raises `BrokenFileError`: the `rwlock` file is not readable. `LockedError`: its lock is held for
    too long.
    """
    holder = _Holder(os.getpid(), who)
    with _rwlock(folder) as paths:
        for path in write:
            paths.write[str(path)] = holder
        for path in read:
            paths.read.setdefault(str(path), []).append(holder)
    try:
        yield
    finally:
        with _rwlock(folder) as paths:
            _release(paths, holder, read, write)


def _wait(descriptor: int, path: Path, deadline: float) -> None:
    until = time.monotonic() + deadline
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise LockedError(
                    f"process {_holder(descriptor)} holds `{path}`",
                    "it is a `dvc` command or another run: wait for it, or end it",
                ) from None
            time.sleep(_POLL)
        else:
            return


def _holder(descriptor: int) -> str:
    """Return the pid that the holder of a lock wrote into it."""
    return os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"


@contextmanager
def _rwlock(folder: Path) -> Iterator[_Paths]:
    path = folder / "rwlock"
    with locked(folder / "rwlock.lock"):
        paths = _read(path)
        yield paths
        write_whole(path, msgspec.json.encode(paths), sync=False)


def _read(path: Path) -> _Paths:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Paths)
    except FileNotFoundError:
        return _Paths()
    except msgspec.DecodeError as error:
        raise BrokenFileError(
            f"`{path}` is not as DVC writes it", "remove it when no `dvc` command runs"
        ) from error


def _release(paths: _Paths, holder: _Holder, read: Sequence[Path], write: Sequence[Path]) -> None:
    for path in map(str, write):
        if paths.write.get(path) == holder:
            del paths.write[path]
    for path in map(str, read):
        readers = paths.read.get(path, [])
        if holder in readers:
            readers.remove(holder)
        if not readers:
            paths.read.pop(path, None)
