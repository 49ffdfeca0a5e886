"""The figures of a run: how much was executed, and how much restored; and metrics as figures."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from gitwf.language.value import Number, Value


class Tally:
    """Counts the commands of a run. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.executed = 0
        self.restored = 0

    def add(self, *, cached: bool) -> None:
        """Count a command that was played or restored."""
        with self._lock:
            if cached:
                self.restored += 1
            else:
                self.executed += 1


def flat(metrics: Value, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Yield the leaves of ``metrics`` with their keys dotted: ``eval.accuracy``."""
    if isinstance(metrics, dict):
        for key, value in metrics.items():
            yield from flat(value, f"{prefix}.{key}" if prefix else key)
    elif prefix and isinstance(metrics, Number | bool | str):
        yield prefix, metrics
