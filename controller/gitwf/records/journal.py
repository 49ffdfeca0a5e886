r"""The local journal of a run: every event, on disk before anything relies on it.

A line is ``<CRC-32 of the JSON, 8 hex digits> <JSON>\n``: a line that a crash cut off, or a disk
spoiled, is known by its sum and passed over. Only the owner of a run writes its journal.
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
from gitwf.repo.disk import room, sync_folder, write_all

_SUM = 8  # hex digits


def path_of(state_dir: Path, run: str) -> Path:
    """Return where the journal of ``run`` is."""
    return state_dir / "runs" / run / "events.jsonl"


def read(path: Path) -> list[Event]:
    """Return the events of the journal at ``path``, in the order written; none where it is not there."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    return [decode(line) for line in sound(content)]


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
        with self._write_lock:
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
    """Yield the JSON of the lines whose sums are right."""
    for line in content.split(b"\n"):
        text = line[_SUM + 1 :]
        if line[: _SUM + 1] == b"%08x " % crc32(text):
            yield text


def _whole_lines(descriptor: int) -> int:
    """Return how many bytes of a file are whole lines: a crash may have cut off the last."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0).rfind(b"\n") + 1
