"""Stops jobs that print too much: one thread watches all of this process, and none where none runs."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from gitwf.targets.job import JobFolder

_INTERVAL = 0.2
"""Seconds between two looks."""


class _Watched(msgspec.Struct, frozen=True):
    folder: JobFolder
    limit: int
    act: Callable[[], None]

    def is_over(self) -> bool:
        return self.folder.size("out") + self.folder.size("err") > self.limit


class FloodWatch:
    """Looks how much jobs have printed. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[int, _Watched] = {}
        self._tokens = itertools.count()
        self._is_looking = False

    @contextmanager
    def watching(self, folder: JobFolder, limit: int, act: Callable[[], None]) -> Iterator[None]:
        """Have ``act`` called, once, if the job prints more than ``limit`` bytes meanwhile."""
        token = self._add(_Watched(folder, limit, act))
        try:
            yield
        finally:
            with self._lock:
                self._watched.pop(token, None)

    def _add(self, watched: _Watched) -> int:
        with self._lock:
            token = next(self._tokens)
            self._watched[token] = watched
            if not self._is_looking:
                self._is_looking = True
                threading.Thread(target=self._look, name="git-wf-flood", daemon=True).start()
        return token

    def _look(self) -> None:
        while self._goes_on():
            time.sleep(_INTERVAL)
            with self._lock:
                over = [(t, watched) for t, watched in self._watched.items() if watched.is_over()]
                for token, _ in over:
                    del self._watched[token]
            for _, watched in over:
                watched.act()

    def _goes_on(self) -> bool:
        """Return whether there is anything to look at; if not, the next job begins anew."""
        with self._lock:
            self._is_looking = bool(self._watched)
            return self._is_looking
