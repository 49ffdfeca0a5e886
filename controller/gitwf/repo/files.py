"""Refs as git's files hold them, read without a process (gitrepository-layout(5)).

A loose ref is one file with an id; what is not loose stands in `packed-refs`. Packing writes that
file before it deletes loose ones, so whoever looks at the loose one first misses nothing.
Repositories with the `reftable` format hold no such files: ask git there.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PER_WORKTREE = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
_SECOND = 1_000_000_000  # in nanoseconds
_MAX_DEPTH = 5  # of symbolic refs, as in git

Stamp = frozenset[tuple[str, int]]
"""The times at which folders and files were changed, in nanoseconds."""


class RefFiles:
    """The ref files of a repository; ``git_dir`` is a worktree's own, ``common_dir`` is shared."""

    def __init__(self, git_dir: Path, common_dir: Path) -> None:
        self._git_dir = git_dir
        self._common_dir = common_dir
        self._packed: dict[bytes, str] = {}
        self._stamp: tuple[int, int, int] | None = None

    def read(self, ref: str) -> str | None:
        """Return the id that ``ref`` stands at, symbolic refs followed, or None."""
        for _ in range(_MAX_DEPTH):
            content = self._content(ref)
            if content is None:
                return self._read_packed(ref)
            if not content.startswith(b"ref:"):
                found = _ID.match(content)
                return found[0].decode() if found else None
            ref = content[len(b"ref:") :].strip().decode()
        return None

    def target(self, ref: str) -> str | None:
        """Return the ref that the symbolic ``ref`` points to, or None where it is none."""
        content = self._content(ref)
        if content is None or not content.startswith(b"ref:"):
            return None
        return content[len(b"ref:") :].strip().decode()

    def stamp(self, prefix: str) -> Stamp | None:
        """Return what changes whenever a ref below ``prefix`` does: when its folders and files did.

        Git moves a ref by renaming a file, which its folder's time tells. None where something
        changed so lately that a further change could bear the same time.
        """
        packed = self._common_dir / "packed-refs"
        times = {str(path): _time(path) for path in _folders(self._common_dir / prefix)}
        times[str(packed)] = _time(packed)
        now = time.time_ns()
        if any(now - changed < _doubt(changed) for changed in times.values()):
            return None
        return frozenset(times.items())

    def _content(self, ref: str) -> bytes | None:
        if ".." in ref or not (ref.startswith("refs/") or ref.isupper()):
            return None
        own = ref.startswith(_PER_WORKTREE) or not ref.startswith("refs/")
        path = (self._git_dir if own else self._common_dir) / ref
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def _read_packed(self, ref: str) -> str | None:
        path = self._common_dir / "packed-refs"
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
            if stamp != self._stamp:
                self._packed = _parse_packed(path.read_bytes())
                self._stamp = stamp
        except FileNotFoundError:
            return None
        return self._packed.get(ref.encode())


def _parse_packed(content: bytes) -> dict[bytes, str]:
    lines = (line.split(b" ", 1) for line in content.splitlines() if line[:1] not in b"#^")
    return {ref: id_.decode() for id_, ref in lines}


def _folders(top: Path) -> Iterator[Path]:
    """Yield ``top`` and all folders below it; ``top`` even where it is not there."""
    yield top
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(top) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _folders(Path(entry.path))


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _doubt(changed: int) -> int:
    """Return for how long after ``changed`` a file system may give out the same time again."""
    return 2 * _SECOND if changed % _SECOND == 0 else _SECOND // 50
