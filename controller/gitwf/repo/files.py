"""Refs as git's files hold them, read without a process (gitrepository-layout(5)).

A loose ref is one file with an id; what is not loose stands in `packed-refs`. Packing writes that
file before it deletes loose ones, so whoever looks at the loose one first misses nothing.
Repositories with the `reftable` format hold no such files: ask git there.
"""

from __future__ import annotations

import re
from pathlib import Path

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PER_WORKTREE = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
_MAX_DEPTH = 5  # of symbolic refs, as in git


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
