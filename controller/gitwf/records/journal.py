r"""The local journal of a run: every event, on disk before anything relies on it.

A line is ``<CRC-32 of the JSON, 8 hex digits> <JSON>\n``. What a crash cut off has no line end: it was
never relied on, and is dropped. A whole line with another sum was spoilt later, and then nobody knows
what else the run has done: such a journal is not believed. Only the owner of a run writes its journal.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

from gitwf.records.event import Event, decode, encode
from gitwf.records.pause import pausing
from gitwf.repo.disk import room, sync_folder, write_all
from gitwf.repo.errors import RepositoryError

_SUM = 8  # hex digits


class DamagedJournalError(RepositoryError):
    """A line of a journal is not what was written: the run is not played on.

    ``line`` counts from 1.
    """

    def __init__(self, path: Path, line: int) -> None:
        self.run = path.parent.name
        self.line = line
        super().__init__(
            f"line {line} of the journal of run `{self.run}` is damaged: `{path}`",
            f"`git wf cancel {self.run}` ends the run as lost; look at the disk",
        )


def path_of(state_dir: Path, run: str) -> Path:
    """Return where the journal of ``run`` is."""
    return state_dir / "runs" / run / "events.jsonl"


def read(path: Path) -> list[Event]:
    """Return the events of the journal at ``path``, in the order written; none where it is not there.

    Raises `DamagedJournalError` where a line is damaged.
    """
    events = []
    for number, text in enumerate(checked(_content(path)), 1):
        if text is None:
            raise DamagedJournalError(path, number)
        events.append(decode(text))
    return events


def read_sound(path: Path) -> list[Event]:
    """Return what is left of the journal at ``path``: the events of the lines that are sound.

    It is for showing. What is done with the run must rest on `read`.
    """
    return [decode(text) for text in sound(_content(path))]


class Journal:
    """The journal of a run, open for writing. Threads may share it.

    `append` puts an event into the file; `sync` waits until it is on the disk. Many threads that
    wait at once wait for one and the same fsync.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._write_lock = threading.Lock()
        self._sync_lock = threading.Lock()
        self._written = 0
        self._synced = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._end = _whole_lines(self._descriptor)
        os.ftruncate(self._descriptor, self._end)
        sync_folder(path.parent)
        sync_folder(path.parent.parent)

    def append(self, *events: Event) -> None:
        """Add ``events``. Those that others rely on at once are on the disk when this returns.

        Raises `StorageFullError` where there is no room; then none of them is in the journal.
        """
        data = b"".join(_line(encode(event)) for event in events)
        with self._write_lock, pausing():
            self._write(data)
            self._written += 1
        if any(event.body.is_urgent for event in events):
            self.sync()

    def sync(self) -> None:
        """Return when all that was appended before is on the disk."""
        due = self._written
        with self._sync_lock:
            if self._synced >= due:
                return
            covered = self._written
            with room(self._path):
                os.fsync(self._descriptor)
            self._synced = covered

    def read(self) -> list[Event]:
        """Return the events in the order written."""
        return read(self._path)

    def close(self) -> None:
        """Sync and close. Closing twice is fine."""
        if self._descriptor >= 0:
            self.sync()
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        try:
            with room(self._path):
                write_all(self._descriptor, data)
        except BaseException:
            os.ftruncate(self._descriptor, self._end)
            raise
        self._end += len(data)


def _line(text: bytes) -> bytes:
    return b"%08x %s\n" % (crc32(text), text)


def sound(content: bytes) -> Iterator[bytes]:
    """Yield the JSON of the whole lines whose sums are right."""
    return (text for text in checked(content) if text is not None)


def checked(content: bytes) -> Iterator[bytes | None]:
    """Yield the JSON of each whole line, None for one whose sum is another."""
    return map(_text, _lines(content))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _lines(content: bytes) -> list[bytes]:
    """Return the whole lines of ``content``, without their ends."""
    return content.split(b"\n")[:-1]


def _text(line: bytes) -> bytes | None:
    """Return the JSON of a line, or None where its sum is another."""
    text = line[_SUM + 1 :]
    return text if line[: _SUM + 1] == b"%08x " % crc32(text) else None


def _whole_lines(descriptor: int) -> int:
    """Return how many bytes of a file are whole lines: a crash may have cut off the last."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0).rfind(b"\n") + 1
