"""Content hashes as DVC makes them: md5 of a file's bytes, and of a folder's listing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from gitwf.data.errors import DataError, UnsupportedError
from gitwf.data.ignore import DVCIGNORE, Ignore

CHUNK = 1 << 20
"""Bytes that are read at a time."""

EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
"""The md5 of no bytes."""

_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")

_SETTLED = 50_000_000
"""Nanoseconds after which a file's time stamp tells a change: clocks of file systems tick coarsely."""

_TRIES = 3


class HashInfo(msgspec.Struct, frozen=True):
    """What DVC notes about a file or folder. ``size`` is in bytes; ``nfiles`` is for folders.

    ``md5`` of a folder ends in ``.dir``: it is that of the listing of its files.
    """

    md5: str
    size: int | None = None
    nfiles: int | None = None
    isexec: bool = False

    @property
    def is_dir(self) -> bool:
        """Whether this is a folder."""
        return self.md5.endswith(".dir")


class Member(msgspec.Struct, frozen=True):
    """A file of a folder: its path in the folder, with forward slashes, and its md5."""

    relpath: str
    md5: str


class Tree(msgspec.Struct, frozen=True):
    """The files of a folder, by path. Exec bits, empty folders and links are not kept, as in DVC."""

    members: tuple[Member, ...]

    @classmethod
    def of(cls, members: Iterable[Member]) -> Tree:
        """Return the tree of ``members``, in DVC's order."""
        return cls(tuple(sorted(members, key=lambda m: m.relpath)))

    @classmethod
    def read(cls, data: bytes) -> Tree | None:
        """Return the tree in the bytes of a folder's object; None where they are none.

        Paths that lead out of the folder make it none: an object may come from anywhere.
        """
        try:
            listing = json.loads(data)
            members = [Member(str(m["relpath"]), str(m["md5"])) for m in listing]
        except (ValueError, TypeError, KeyError):
            return None
        whole = isinstance(listing, list) and all(
            is_md5(m.md5) and _is_within(m.relpath) for m in members
        )
        return cls.of(members) if whole else None

    def data(self) -> bytes:
        """Return the bytes of the folder's object, as `dvc_data.hashfile.tree.Tree.as_bytes`."""
        listing = [{"md5": m.md5, "relpath": m.relpath} for m in self.members]
        return json.dumps(listing, sort_keys=True).encode()

    def md5(self) -> str:
        """Return the md5 of the folder, which ends in ``.dir``."""
        return md5_of(self.data()) + ".dir"


def is_md5(text: str) -> bool:
    """Return whether ``text`` names a file or a folder in the cache."""
    return _MD5.fullmatch(text) is not None


def md5_of(data: bytes) -> str:
    """Return the md5 of ``data``, in hexadecimal."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class _Stamp(msgspec.Struct, frozen=True):
    inode: int
    mtime: int
    size: int

    @classmethod
    def of(cls, status: os.stat_result) -> _Stamp:
        return cls(status.st_ino, status.st_mtime_ns, status.st_size)


class Hasher:
    """Hashes files and folders, and remembers the files by inode, time and size.

    A file whose time stamp is too young to tell a change is not remembered. Safe for threads.
    """

    def __init__(self, ignore: Ignore | None = None) -> None:
        self._ignore = ignore
        self._known: dict[Path, tuple[_Stamp, str]] = {}
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
        md5 = self.known(path, status)
        if md5 is None:
            md5, status = self._read(path, status)
        return HashInfo(md5, status.st_size, isexec=is_executable(status))

    def folder(self, path: Path) -> tuple[HashInfo, Tree]:
        """Return the hash and the files of the folder at ``path``. Raises as `of`."""
        members: list[Member] = []
        size = 0
        for relpath, full in self.walk(path):
            info = self.file(full)
            members.append(Member(relpath, info.md5))
            size += info.size or 0
        tree = Tree.of(members)
        return HashInfo(tree.md5(), size, len(members)), tree

    def walk(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Yield the path in ``folder`` and the absolute path of each file that DVC counts."""
        yield from self._walk(folder, "")

    def known(self, path: Path, status: os.stat_result) -> str | None:
        """Return the md5 of the file at ``path`` where it is known, without reading it."""
        with self._lock:
            found = self._known.get(path)
        return found[1] if found is not None and found[0] == _Stamp.of(status) else None

    def remember(self, path: Path, md5: str, status: os.stat_result) -> None:
        """Note that the file at ``path`` had this md5 when it had this ``status``."""
        if time.time_ns() - status.st_mtime_ns > _SETTLED:
            with self._lock:
                self._known[path] = (_Stamp.of(status), md5)

    def _read(self, path: Path, status: os.stat_result) -> tuple[str, os.stat_result]:
        for _ in range(_TRIES):
            digest = hashlib.md5(usedforsecurity=False)
            with path.open("rb", buffering=0) as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
            after = file_status(path)
            if _Stamp.of(after) == _Stamp.of(status):
                md5 = digest.hexdigest()
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


def is_executable(status: os.stat_result) -> bool:
    """Return whether any exec bit is set, which is what DVC calls ``isexec``."""
    return bool(status.st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH))


def changing(path: Path) -> DataError:
    """Return the error for a file that changes while it is read."""
    return DataError(f"`{path}` changes while it is read", "let its writer end first")


def _is_within(relpath: str) -> bool:
    return bool(relpath) and not {"", ".", ".."} & set(relpath.split("/"))


def file_status(path: Path) -> os.stat_result:
    """Return the status of the file at ``path``, links followed. Raises as `Hasher.of`."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"`{path}` is neither a file nor a folder")
    return status


def _refuse_ignore_file(name: str, folder: Path) -> None:
    if name == DVCIGNORE:
        raise UnsupportedError(
            f"`{folder}` holds a `{DVCIGNORE}`", "DVC wants it above deps and outs, not within"
        )
