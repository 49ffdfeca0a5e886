"""The figures of a run: what was executed, what restored, and the metrics."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

from gitwf.language.value import Number, Value


class Tally:
    """Counts the commands of a run and merges their metrics, in the order in which they end.

    Safe for threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.executed = 0
        self.restored = 0
        self.metrics: dict[str, Value] = {}

    def add(self, *, cached: bool, metrics: Mapping[str, Value]) -> None:
        """Count a command that was played or restored."""
        with self._lock:
            if cached:
                self.restored += 1
            else:
                self.executed += 1
            self.metrics.update(metrics)


def flat(metrics: Value, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Yield the leaves of ``metrics`` with their keys dotted: ``eval.accuracy``."""
    if isinstance(metrics, dict):
        for key, value in metrics.items():
            yield from flat(value, f"{prefix}.{key}" if prefix else key)
    elif prefix and isinstance(metrics, Number | bool | str):
        yield prefix, metrics
