"""The file of results: read by whoever comes, appended to by many at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gitwf.repo.disk import room, write_all
from gitwf.results.entry import Entry, decode, encode


class Broken(msgspec.Struct, frozen=True):
    """A line that is no result: its number, from 1, and why."""

    line: int
    why: str


class ResultsFile:
    """A file with a result a line. It need not be there: then it has none.

    ``made`` is called when it is made, before anything stands in it.
    """

    def __init__(self, path: Path, made: Callable[[], object] = lambda: None) -> None:
        self.path = path
        self._made = made

    def entries(self, broken: Callable[[Broken], object]) -> Iterator[Entry]:
        """Yield the results in the order of the file; ``broken`` is told of what is none.

        Raises:
            OSError: if the file is there and cannot be read.
        """
        for number, line in enumerate(self._lines(), 1):
            if line.isspace():
                continue
            try:
                yield decode(line)
            except ValueError as error:
                broken(Broken(number, str(error)))

    def _lines(self) -> Iterator[bytes]:
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            yield from file

    def append(self, entry: Entry, unless: Callable[[int], bool] = lambda _: False) -> bool:
        """Add a result at the end, a whole line whoever else adds one at the same time.

        A last line that somebody's crash has left without an end stays a line of its own. ``unless``
        is asked with the open file's descriptor, which nobody writes meanwhile: where it says so
        nothing is added, and the answer is false.

        Raises:
            StorageFullError: if the disk is full.
            OSError: if the file cannot be written.
        """
        with self._locked() as descriptor:
            if os.fstat(descriptor).st_size == 0:
                self._made()
            if unless(descriptor):
                return False
            line = encode(entry)
            write_all(descriptor, line if _ends_a_line(descriptor) else b"\n" + line)
            return True

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Open the file for appending, with its lock (flock(2)), which ends with the process."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        with room(self.path):
            descriptor = os.open(self.path, flags, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield descriptor
            finally:
                os.close(descriptor)


def _ends_a_line(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
