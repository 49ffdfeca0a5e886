"""One at a time: of the threads of this process that do the same on a machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_WAIT = 0.2
"""Seconds between two looks whether who waits need not wait any more."""


class Alone:
    """A lock; whoever waits for it may be told to stop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, check: Callable[[], object]) -> Iterator[None]:
        """Hold the lock. ``check`` raises where it need not be waited for any more."""
        while not self._lock.acquire(timeout=_WAIT):
            check()
        try:
            yield
        finally:
            self._lock.release()
