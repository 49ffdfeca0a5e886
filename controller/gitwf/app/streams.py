"""What a step prints, read from the folders of its jobs while it is printed or afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from gitwf.diagnostics import visible
from gitwf.engine.replay.folders import job_folder, newest_folder
from gitwf.records.event import StepStarted
from gitwf.targets.job import JobFolder, opened

_CHUNK = 1 << 16
"""Bytes that are read at once, and the length above which a line is given in parts."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
"""Colours, titles and movements of the cursor (ECMA-48, sections 5.4 and 5.6)."""

_TORN = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
"""A character of UTF-8 whose last bytes are still to come (RFC 3629)."""


class Piece(msgspec.Struct, frozen=True):
    """Some of what a step printed, to ``out`` or ``err``: bytes as they were written."""

    step: StepStarted
    stream: str
    data: bytes


class StepOutput:
    """What one step prints, in the folder ``run`` of its run: its job, and those after it was lost."""

    def __init__(self, step: StepStarted, run: Path) -> None:
        self.step = step
        self._run = run
        self._losses = 0
        self._streams = self._open()

    def read(self, *, ended: bool) -> Iterator[Piece]:
        """Yield what is new, in whole lines; where the step has ``ended`` all of it."""
        while self._folder(self._losses + 1).exists():
            yield from self._read(ended=True)
            self.close()
            self._losses += 1
            self._streams = self._open()
        yield from self._read(ended=ended)

    def close(self) -> None:
        """Close its files."""
        for stream in self._streams.values():
            stream.close()

    def _open(self) -> dict[str, Stream]:
        folder = self._folder(self._losses)
        return {name: Stream(folder / name) for name in ("out", "err")}

    def _read(self, *, ended: bool) -> Iterator[Piece]:
        for name, stream in self._streams.items():
            for data in stream.read(ended=ended):
                yield Piece(self.step, name, data)

    def _folder(self, losses: int) -> Path:
        return job_folder(self._run, self.step.step, losses)


def latest_line(run: Path, step: str) -> str:
    """Return the last line that a step printed so far, to either stream, fit for a terminal."""
    folder = JobFolder(newest_folder(run, step))
    newest = max(folder.out, folder.err, key=_changed)
    text = folder.tail(newest.name).rstrip()
    return visible(_ESCAPES.sub("", re.split(r"[\r\n]", text)[-1])).expandtabs()


def _changed(path: Path) -> float:
    """Return when a file was last written to, if it holds anything."""
    try:
        status = path.stat()
    except OSError:
        return 0.0
    return status.st_mtime if status.st_size else 0.0


class Stream:
    """A file that grows. It stays open: one that is written anew meanwhile is read to its old end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._rest = b""

    def read(self, *, ended: bool) -> Iterator[bytes]:
        """Yield what was added, up to the last line end; where nothing will follow all of it."""
        while added := self._added():
            self._rest += added
            size = presentable(self._rest, _CHUNK)
            if size:
                yield self._rest[:size]
                self._rest = self._rest[size:]
        if ended and self._rest:
            yield self._rest
            self._rest = b""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _added(self) -> bytes:
        if self._file is None:
            self._file = opened(self._path)
        return self._file.read(_CHUNK) if self._file else b""


def presentable(data: bytes, limit: int) -> int:
    r"""Return how many bytes of ``data`` can be shown while more may follow.

    Those up to the last line end (``\r`` is one: progress bars); of a line longer than ``limit``
    those up to its last whole character.
    """
    lines = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    if lines or len(data) < limit:
        return lines
    torn = _TORN.search(data, len(data) - 3)
    return torn.start() if torn else len(data)
