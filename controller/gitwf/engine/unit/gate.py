"""Lets a run be superseded between its effects, never inside one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Gate:
    """Knows whether an effect of a run is going on. Threads share it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Count the block as an effect that is going on."""
        with self._changed:
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def when_free(self, act: Callable[[], None]) -> None:
        """Block until no effect is going on, then call ``act`` before another can begin."""
        with self._changed:
            self._changed.wait_for(lambda: not self._inside)
            act()
