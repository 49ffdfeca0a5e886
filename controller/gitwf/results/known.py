"""What a file of results has already, so that nothing is written into it twice."""

from __future__ import annotations

import os
from contextlib import suppress

from gitwf.results.entry import Entry, decode, flat, text


class Known:
    """The results of a file as far as it was read: each look reads on from there."""

    def __init__(self) -> None:
        self._read = 0
        self._steps: set[tuple[str, str]] = set()
        self._experiments: set[int] = set()

    def look(self, descriptor: int) -> None:
        """Read on in an open file, up to its last whole line; one that has become shorter, anew."""
        size = os.fstat(descriptor).st_size
        if size < self._read:
            self._read = 0
            self._steps.clear()
            self._experiments.clear()
        whole, line_end, _ = _between(descriptor, self._read, size).rpartition(b"\n")
        for line in whole.split(b"\n"):
            with suppress(ValueError):
                self._add(decode(line))
        self._read += len(whole) + len(line_end)

    def has_step(self, entry: Entry) -> bool:
        """Return whether the result of this step of this run is there."""
        return (entry.run or "", entry.step or "") in self._steps

    def has_experiment(self, entry: Entry) -> bool:
        """Return whether the same experiment is there, whichever run it came from."""
        return _experiment(entry) in self._experiments

    def _add(self, entry: Entry) -> None:
        if entry.run and entry.step:
            self._steps.add((entry.run, entry.step))
        self._experiments.add(_experiment(entry))


def _between(descriptor: int, start: int, end: int) -> bytes:
    pieces = []
    while start < end and (piece := os.pread(descriptor, end - start, start)):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)


def _experiment(entry: Entry) -> int:
    """Return what tells experiments apart: phase, name, config and metrics, by what they say."""
    fields = (
        frozenset((key, text(value)) for key, value in flat(table))
        for table in (entry.config, entry.metrics)
    )
    return hash((text(entry.phase), entry.name, *fields))
