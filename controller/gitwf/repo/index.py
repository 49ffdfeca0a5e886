"""The paths that git tracks, read from a working tree's index without a process (gitformat-index(5))."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

_SIGNATURE = b"DIRC"
_VERSIONS = range(2, 5)
_PREFIXED = 4
"""The version from which on a name leaves out what it shares with the one before it."""

_WIDTHS = (20, 32)  # of an object's id in bytes: SHA-1, SHA-256
_EXTENDED = 0x4000
_LONG_NAME = 0xFFF

_LINK, _SUBMODULE, _FOLDER = 0o120000, 0o160000, 0o040000
_KIND = 0o170000


class Tracked(msgspec.Struct, frozen=True):
    """The paths that git tracks; ``opaque`` are those of links and submodules among them.

    Git knows nothing of what is behind these.
    """

    paths: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()


def tracked_paths(git_dir: Path) -> Tracked | None:
    """Return what the index in ``git_dir`` (a worktree's own) holds; without one, nothing.

    None where only git knows: a split or a sparse index, one of another version, or a broken one.
    """
    path = git_dir / "index"
    try:
        status = path.stat()
        return _read(path, (status.st_mtime_ns, status.st_ino, status.st_size))
    except FileNotFoundError:
        return Tracked()
    except OSError:
        return None


class Staged(msgspec.Struct, frozen=True):
    """A tracked file as the index has it: its content's ``id``, and the file that held it.

    ``mtime`` is in nanoseconds, ``size`` that of the file modulo 2^32. ``is_racy``: it was written so
    shortly before the index that a later change may not show.
    """

    path: str
    mode: int
    id: str
    mtime: int
    size: int
    is_racy: bool

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository."""
        return self.mode & _KIND == _SUBMODULE

    def matches(self, status: os.stat_result) -> bool:
        """Return whether the file is certainly as it was when git wrote its entry."""
        seen = (status.st_mtime_ns, status.st_size & 0xFFFFFFFF)
        return not self.is_racy and seen == (self.mtime, self.size)


def staged(git_dir: Path) -> list[Staged] | None:
    """Return the entries of the index in ``git_dir``; None where `tracked_paths` is None."""
    if tracked_paths(git_dir) is None:
        return None
    path = git_dir / "index"
    if not path.exists():
        return []
    data, written = path.read_bytes(), path.stat().st_mtime_ns
    return next(
        (found for width in _WIDTHS if (found := _staged(data, width, written)) is not None), None
    )


def _staged(data: bytes, width: int, written: int) -> list[Staged] | None:
    """Return the entries of an index whose ids are ``width`` bytes long; None where they are not."""
    try:
        _parse(data, width)
    except (_UnknownError, struct.error, ValueError, IndexError):
        return None
    version, count = struct.unpack_from(">II", data, 4)
    head = struct.Struct(f">8xII8xI8xI{width}s")
    found = []
    for _, name, start, _ in (_prefixed if version == _PREFIXED else _padded)(data, count, width):
        seconds, nanoseconds, mode, size, ident = head.unpack_from(data, start)
        mtime = seconds * 10**9 + nanoseconds
        found.append(Staged(os.fsdecode(name), mode, ident.hex(), mtime, size, mtime >= written))
    return found


def git_dir_of(work_tree: Path) -> Path | None:
    """Return the git folder of the working tree at ``work_tree``, or None where it is none.

    A linked worktree or a submodule has a file `.git` that says where it is
    (gitrepository-layout(5)).
    """
    place = work_tree / ".git"
    if place.is_dir():
        return place
    try:
        words = os.fsdecode(place.read_bytes()).strip()
    except OSError:
        return None
    return work_tree / words.removeprefix("gitdir:").strip()


class _UnknownError(Exception):
    """The content is not what this module reads."""


@lru_cache(maxsize=4)
def _read(path: Path, stamp: tuple[int, int, int]) -> Tracked | None:  # noqa: ARG001 - a key
    data = path.read_bytes()
    for width in _WIDTHS:
        try:
            return _parse(data, width)
        except (_UnknownError, struct.error, ValueError, IndexError):
            continue
    return None


def _parse(data: bytes, width: int) -> Tracked:
    """Return what an index holds whose ids are ``width`` bytes long."""
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != _SIGNATURE or version not in _VERSIONS:
        raise _UnknownError
    entries = _prefixed if version == _PREFIXED else _padded
    paths, opaque = set(), set()
    end = 12
    for mode, name, _, after in entries(data, count, width):
        if mode & _KIND == _FOLDER or not name:
            raise _UnknownError
        path = os.fsdecode(name)
        paths.add(path)
        if mode & _KIND in (_LINK, _SUBMODULE):
            opaque.add(path)
        end = after
    _check_extensions(data, end, len(data) - width)
    return Tracked(frozenset(paths), frozenset(opaque))


def _padded(data: bytes, count: int, width: int) -> Iterator[tuple[int, bytes, int, int]]:
    """Yield mode, name, start and end of each entry of versions 2 and 3: NULs fill it up to eight bytes."""
    head = _head(width)
    start = 12
    for _ in range(count):
        mode, flags = head.unpack_from(data, start)
        at = start + head.size + (2 if flags & _EXTENDED else 0)
        length = flags & _LONG_NAME
        stop = at + length if length < _LONG_NAME else data.index(b"\0", at)
        name = data[at:stop]
        begun = start
        start += (stop - start) // 8 * 8 + 8
        yield mode, name, begun, start


def _prefixed(data: bytes, count: int, width: int) -> Iterator[tuple[int, bytes, int, int]]:
    """Yield mode, name, start and end of each entry of version 4: how much to cut, and what to add."""
    head = _head(width)
    start, name = 12, b""
    for _ in range(count):
        mode, flags = head.unpack_from(data, start)
        cut, at = _number(data, start + head.size + (2 if flags & _EXTENDED else 0))
        stop = data.index(b"\0", at)
        name = name[: len(name) - cut] + data[at:stop]
        begun = start
        start = stop + 1
        yield mode, name, begun, start


def _head(width: int) -> struct.Struct:
    """Return the layout of an entry up to its name, of which mode and flags are read."""
    return struct.Struct(f">24xI12x{width}xH")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable width and where it ends (`varint.c` of git)."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1


def _check_extensions(data: bytes, at: int, end: int) -> None:
    """Raise `_UnknownError` for an extension that a reader has to know: its name is lower case."""
    while at < end:
        name, size = struct.unpack_from(">4sI", data, at)
        if not name[:1].isupper():
            raise _UnknownError
        at += 8 + size
    if at != end:
        raise _UnknownError
