"""Files of a workspace as a commit takes them: git itself reads a large one, and once."""

from __future__ import annotations

from os import stat_result
from pathlib import Path

from gitwf.records.runs import Runs
from gitwf.repo.commits import Change, File, Link

_SMALL = 1 << 20
"""Bytes of a file that may go through our memory each time that a run is brought into git."""

_Stamp = tuple[int, int, int]


class Contents:
    """What is in files of ``workspace``. Large ones are in git when they are asked for."""

    def __init__(self, workspace: Path, runs: Runs) -> None:
        self._workspace = workspace
        self._runs = runs
        self._large: dict[str, tuple[_Stamp, Link]] = {}

    def of(self, name: str) -> Change:
        """Return the content of the file ``name``; None where there is no file."""
        path = self._workspace / name
        if not path.is_file():
            return None
        status = path.stat()
        if status.st_size <= _SMALL:
            return File(path.read_bytes())
        stamp = _stamp(status)
        known, link = self._large.get(name, (None, Link("")))
        if known != stamp:
            link = Link(self._runs.keep(path))
            self._large[name] = stamp, link
        return link


def _stamp(status: stat_result) -> _Stamp:
    return status.st_ino, status.st_size, status.st_mtime_ns
