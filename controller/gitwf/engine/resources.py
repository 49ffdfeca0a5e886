"""Named resources: what jobs of all runs of this process may take at once, first come first served."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gitwf.engine.stop import Stop


class Resources:
    """Counts what is taken. Threads share it.

    A job waits until all it needs is free and nobody who came before it still waits for any of it:
    so nobody starves, and nobody holds one thing while waiting for another.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken: dict[str, float] = {}
        self._waiting: list[Mapping[str, float]] = []

    @contextmanager
    def taking(
        self, needs: Mapping[str, float], limits: Mapping[str, float], stop: Stop
    ) -> Iterator[None]:
        """Hold ``needs`` while the block runs; what has no limit is not counted.

        Raises:
            TooMuchError: if a need is above its limit, and so would never be met.
            StoppedError: if the stop is asked for while it waits.
        """
        counted = {name: need for name, need in needs.items() if name in limits}
        for name, need in counted.items():
            if need > limits[name]:
                raise TooMuchError(name, need, limits[name])
        if not counted:
            yield
            return
        self._take(counted, limits, stop)
        try:
            yield
        finally:
            self._give_back(counted)

    def _take(self, needs: Mapping[str, float], limits: Mapping[str, float], stop: Stop) -> None:
        with stop.listening(self._wake), self._changed:
            self._waiting.append(needs)
            try:
                while not self._is_free(needs, limits):
                    stop.check()
                    self._changed.wait()
                stop.check()
                for name, need in needs.items():
                    self._taken[name] = self._taken.get(name, 0) + need
            finally:
                self._waiting = [other for other in self._waiting if other is not needs]
                self._changed.notify_all()

    def _is_free(self, needs: Mapping[str, float], limits: Mapping[str, float]) -> bool:
        for other in self._waiting:
            if other is needs:
                break
            if needs.keys() & other.keys():
                return False
        return all(self._taken.get(n, 0) + need <= limits[n] for n, need in needs.items())

    def _give_back(self, needs: Mapping[str, float]) -> None:
        with self._changed:
            for name, need in needs.items():
                self._taken[name] -= need
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


class TooMuchError(Exception):
    """A job needs more of a resource than there is."""

    def __init__(self, name: str, need: float, limit: float) -> None:
        super().__init__(name, need, limit)
        self.name = name
        self.need = need
        self.limit = limit

    def __str__(self) -> str:
        return f"it takes {self.need:g} of `{self.name}`, and `wf.toml` has {self.limit:g}"
