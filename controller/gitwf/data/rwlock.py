"""`.dvc/tmp/rwlock`: which paths running commands read and write, told to `dvc` (`dvc/rwlock.py`).

A `dvc` command that wants one of them fails at once and shows who has it; all others work. The file
is per worktree, and nothing ends an entry of a process that died: the next that looks drops it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gitwf.data.atomic import write_whole
from gitwf.data.errors import BrokenFileError, LockedError
from gitwf.data.locks import DEADLINE, FileLock

_POLL = 0.05
_OURS = "git wf run "


class Holder(msgspec.Struct, frozen=True):
    """Who holds a path, in DVC's words: it shows ``cmd`` to whom it keeps waiting."""

    pid: int
    cmd: str


class _Paths(msgspec.Struct):
    """The whole file: one writer or many readers for a path."""

    write: dict[str, Holder] = {}
    read: dict[str, list[Holder]] = {}

    def drop(self, gone: set[Holder]) -> None:
        """Forget these holders."""
        if not gone:
            return
        self.write = {path: held for path, held in self.write.items() if held not in gone}
        left = {path: [h for h in held if h not in gone] for path, held in self.read.items()}
        self.read = {path: held for path, held in left.items() if held}

    def holders(self) -> set[Holder]:
        """Return who holds anything."""
        return {*self.write.values(), *(held for each in self.read.values() for held in each)}


class RwLock:
    """The paths in use in the worktree whose `.dvc/tmp` is ``folder``. Safe for threads."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "rwlock"
        self._lock = FileLock(folder / "rwlock.lock")
        self._pid = os.getpid()

    @contextmanager
    def busy(
        self,
        run: str,
        *,
        read: Sequence[Path],
        write: Sequence[Path],
        deadline: float = DEADLINE,
    ) -> Iterator[None]:
        """Tell DVC, while the body runs, that absolute paths are read and written by ``run``.

        What this process holds itself is no hindrance: `dvc` has no part in it.

        Raises `BrokenFileError`: the file is not readable. `LockedError`: another process uses one
        of the paths, or holds the file's lock, all the time.
        """
        holder = Holder(self._pid, f"{_OURS}{run}")
        reads, writes = list(map(str, read)), list(map(str, write))
        self._take(holder, reads, writes, time.monotonic() + deadline)
        try:
            yield
        finally:
            with self._edited() as paths:
                _release(paths, holder, reads, writes)

    def forget(self, run: str) -> None:
        """Drop what an earlier playing of ``run`` held, and any run whose process is gone."""
        if not self._path.exists():
            return
        with self._edited() as paths:
            ours = (h for h in paths.holders() if h.cmd.startswith(_OURS) and h.pid != self._pid)
            paths.drop({h for h in ours if h.cmd == f"{_OURS}{run}" or not _is_alive(h.pid)})

    def _take(self, holder: Holder, read: list[str], write: list[str], until: float) -> None:
        while True:
            with self._edited() as paths:
                blocker = self._blocker(paths, read, write)
                if blocker is None:
                    for path in write:
                        paths.write[path] = holder
                    for path in read:
                        paths.read.setdefault(path, []).append(holder)
                    return
            if time.monotonic() > until:
                path, other = blocker
                raise LockedError(
                    f"process {other.pid} (`{other.cmd}`) uses `{path}`", "wait for it, or end it"
                )
            time.sleep(_POLL)

    def _blocker(
        self, paths: _Paths, read: list[str], write: list[str]
    ) -> tuple[str, Holder] | None:
        """Return a path that another live process uses against these, and that process, or None."""
        others = {held for held in paths.holders() if held.pid != self._pid}
        paths.drop({held for held in others if not _is_alive(held.pid)})
        users = _users(paths, read, write) if others else ()
        return next((user for user in users if user[1].pid != self._pid), None)

    @contextmanager
    def _edited(self) -> Iterator[_Paths]:
        with self._lock.held():
            old, paths = self._read()
            yield paths
            new = msgspec.json.encode(paths)
            if new != old:
                write_whole(self._path, new, sync=False)

    def _read(self) -> tuple[bytes, _Paths]:
        try:
            text = self._path.read_bytes()
            return text, msgspec.json.decode(text, type=_Paths)
        except FileNotFoundError:
            return b"", _Paths()
        except msgspec.DecodeError as error:
            raise BrokenFileError(
                f"`{self._path}` is not as DVC writes it", "remove it when no `dvc` command runs"
            ) from error


def _release(paths: _Paths, holder: Holder, read: Iterable[str], write: Iterable[str]) -> None:
    for path in write:
        if paths.write.get(path) == holder:
            del paths.write[path]
    for path in read:
        readers = paths.read.get(path, [])
        if holder in readers:
            readers.remove(holder)
        if not readers:
            paths.read.pop(path, None)


def _users(
    paths: _Paths, read: Sequence[str], write: Sequence[str]
) -> Iterator[tuple[str, Holder]]:
    """Yield who uses what against these: one that writes stands alone."""
    for path, writer in paths.write.items():
        if any(overlap(path, other) for other in (*read, *write)):
            yield path, writer
    for path, readers in paths.read.items():
        if any(overlap(path, other) for other in write):
            yield from ((path, reader) for reader in readers)


def overlap(one: str, other: str) -> bool:
    """Return whether two paths are the same, or one is within the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
