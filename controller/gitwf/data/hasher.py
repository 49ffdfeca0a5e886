"""Hashes the files of a working tree, and remembers them as long as they stay as they are."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from gitwf.data.abreast import abreast
from gitwf.data.errors import DataError, UnsupportedError
from gitwf.data.hashes import HashInfo, Member, Tree
from gitwf.data.hashstate import HashState
from gitwf.data.ignore import DVCIGNORE, Ignore
from gitwf.data.meter import Advance, Meter, unheard

CHUNK = 1 << 20
"""Bytes that are read at a time."""

_SETTLED = 50_000_000
"""Nanoseconds after which a file's time stamp tells a change: clocks of file systems tick coarsely."""

_TRIES = 3


class _Stamp(msgspec.Struct, frozen=True):
    inode: int
    mtime: int
    size: int

    @classmethod
    def of(cls, status: os.stat_result) -> _Stamp:
        return cls(status.st_ino, status.st_mtime_ns, status.st_size)


class Hasher:
    """Hashes files and folders, and remembers the files by inode, time and size.

    A file whose time stamp is too young to tell a change is not remembered. ``state`` are the hashes
    that are known to DVC, ``meter`` shows what takes long. Safe for threads.
    """

    def __init__(
        self,
        ignore: Ignore | None = None,
        state: HashState | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.meter = meter or Meter()
        self._ignore = ignore
        self._state = state
        self._known: dict[Path, tuple[_Stamp, str]] = {}
        self._unnoted: dict[Path, tuple[_Stamp, str]] = {}
        self._lock = threading.Lock()

    def of(self, path: Path) -> HashInfo:
        """Return the hash of the file or folder at ``path``, an absolute path.

        Raises `OSError`: it cannot be read. `DataError`: it is neither a file nor a folder, or
        changes while it is read. `UnsupportedError`: a folder holds a `.dvcignore`.
        """
        return self.folder(path)[0] if path.is_dir() else self.file(path)

    def file(self, path: Path) -> HashInfo:
        """Return the hash of the file at ``path``. Raises as `of`."""
        status = file_status(path)
        self.learn({path: status})
        with self.meter.measuring("hashing", path.name, status.st_size) as advance:
            return self._file(path, status, advance)

    def counted(self, path: Path, advance: Advance) -> str:
        """Return the md5 of the file at ``path``, which is part of what ``advance`` counts."""
        return self._file(path, file_status(path), advance).md5

    def folder(self, path: Path) -> tuple[HashInfo, Tree]:
        """Return the hash and the files of the folder at ``path``. Raises as `of`."""
        names, files = self.files(path)
        size = sum(status.st_size for status in files.values())
        with self.meter.measuring("hashing", path.name, size) as advance:
            infos = abreast(
                lambda file: self._file(*file, advance),
                [(file, file[1].st_size) for file in files.items()],
            )
        return folder_of(names, infos)

    def files(self, folder: Path) -> tuple[list[str], dict[Path, os.stat_result]]:
        """Return the files of a folder: their paths in it, and in the same order what they are.

        What is on record of them is known then. Raises as `of`.
        """
        found = dict(self.walk(folder))
        statuses = {path: file_status(path) for path in found.values()}
        self.learn(statuses)
        return list(found), statuses

    def walk(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Yield the path in ``folder`` and the absolute path of each file that DVC counts."""
        yield from self._walk(folder, "")

    def learn(self, files: Mapping[Path, os.stat_result]) -> None:
        """Ask DVC's state for those of ``files`` that are not known."""
        if self._state is None:
            return
        unknown = {path: s for path, s in files.items() if self.known(path, s) is None}
        found = self._state.known(unknown) if unknown else {}
        with self._lock:
            self._known |= {path: (_Stamp.of(files[path]), md5) for path, md5 in found.items()}

    def known(self, path: Path, status: os.stat_result) -> str | None:
        """Return the md5 of the file at ``path`` where it is known, without reading it."""
        with self._lock:
            found = self._known.get(path)
        return found[1] if found is not None and found[0] == _Stamp.of(status) else None

    def remember(self, path: Path, md5: str, status: os.stat_result) -> None:
        """Note that the file at ``path`` had this md5 when it had this ``status``."""
        entry = (_Stamp.of(status), md5)
        with self._lock:
            self._unnoted[path] = entry
            if _is_settled(status):
                self._known[path] = entry

    def note(self) -> None:
        """Put what was hashed here into DVC's state, so that DVC need not hash it again."""
        with self._lock:
            unnoted, self._unnoted = self._unnoted, {}
        if self._state is not None and unnoted:
            self._state.note(dict(self._sound(unnoted)))

    def _sound(
        self, entries: Mapping[Path, tuple[_Stamp, str]]
    ) -> Iterator[tuple[Path, tuple[os.stat_result, str]]]:
        """Yield the files that still are as they were; those that were too young are read again."""
        for path, (stamp, md5) in entries.items():
            with suppress(OSError, DataError):
                status = file_status(path)
                same = _Stamp.of(status) == stamp and _is_settled(status)
                if same and self._file(path, status).md5 == md5:
                    yield path, (status, md5)

    def _file(self, path: Path, status: os.stat_result, advance: Advance = unheard) -> HashInfo:
        md5 = self.known(path, status)
        if md5 is None:
            md5, status = self._read(path, status, advance)
        return HashInfo(md5, status.st_size, isexec=is_executable(status))

    def _read(
        self, path: Path, status: os.stat_result, advance: Advance
    ) -> tuple[str, os.stat_result]:
        for _ in range(_TRIES):
            md5 = _md5_of_file(path, advance)
            after = file_status(path)
            if _Stamp.of(after) == _Stamp.of(status):
                self.remember(path, md5, after)
                return md5, after
            status = after
        raise changing(path)

    def _walk(self, folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
        with os.scandir(folder) as entries:
            here = sorted(entries, key=lambda e: e.name)
        if prefix and any(e.name == ".dvc" and e.is_dir() for e in here):
            return  # a DVC repository of its own
        for entry in here:
            path = folder / entry.name
            if self._ignore is not None and self._ignore.matches(path, is_dir=entry.is_dir()):
                continue
            if not entry.is_dir():
                _refuse_ignore_file(entry.name, folder)
                yield prefix + entry.name, path
            elif not entry.is_symlink():
                yield from self._walk(path, f"{prefix}{entry.name}/")


def folder_of(names: list[str], files: list[HashInfo]) -> tuple[HashInfo, Tree]:
    """Return the hash and the tree of a folder with ``files`` at these paths in it."""
    tree = Tree.of(Member(name, info.md5) for name, info in zip(names, files, strict=True))
    return HashInfo(tree.md5(), sum(info.size or 0 for info in files), len(files)), tree


def is_executable(status: os.stat_result) -> bool:
    """Return whether any exec bit is set, which is what DVC calls ``isexec``."""
    return bool(status.st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH))


def changing(path: Path) -> DataError:
    """Return the error for a file that changes while it is read."""
    return DataError(f"`{path}` changes while it is read", "let its writer end first")


def file_status(path: Path) -> os.stat_result:
    """Return the status of the file at ``path``, links followed. Raises as `Hasher.of`."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"`{path}` is neither a file nor a folder")
    return status


def _is_settled(status: os.stat_result) -> bool:
    return time.time_ns() - status.st_mtime_ns > _SETTLED


def _md5_of_file(path: Path, advance: Advance) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            advance(len(chunk))
    return digest.hexdigest()


def _refuse_ignore_file(name: str, folder: Path) -> None:
    if name == DVCIGNORE:
        raise UnsupportedError(
            f"`{folder}` holds a `{DVCIGNORE}`", "DVC wants it above deps and outs, not within"
        )
