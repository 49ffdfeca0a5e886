"""How far the reading and writing of large files and folders has come, for who shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import msgspec

Advance = Callable[[int], None]
"""Is told of each so many bytes that are done."""


class Amount(msgspec.Struct, frozen=True):
    """What is being done to a file or folder, and how far it has come, in bytes."""

    doing: str
    name: str
    done: int
    total: int


class Meter:
    """Knows what is going on now. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = count()
        self._now: dict[int, Amount] = {}

    @contextmanager
    def measuring(self, doing: str, name: str, total: int) -> Iterator[Advance]:
        """Count what the block tells of, as part of ``total`` bytes."""
        id_ = next(self._ids)

        def advance(more: int) -> None:
            with self._lock:
                amount = self._now[id_]
                self._now[id_] = msgspec.structs.replace(amount, done=amount.done + more)

        with self._lock:
            self._now[id_] = Amount(doing, name, 0, total)
        try:
            yield advance
        finally:
            with self._lock:
                del self._now[id_]

    def now(self) -> list[Amount]:
        """Return what is going on, what began first coming first."""
        with self._lock:
            return list(self._now.values())


def unheard(_: int) -> None:
    """Count for nobody."""
