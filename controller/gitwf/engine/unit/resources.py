"""Named resources: what jobs of all runs of this process may take at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gitwf.engine.unit.stop import Stop
from gitwf.engine.unit.turns import Turns


class Resources:
    """Counts what is taken, by the rules of `Turns`. Threads share it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turns = Turns()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._turns)

    @contextmanager
    def taking(
        self,
        needs: Mapping[str, float],
        limits: Mapping[str, float],
        stop: Stop,
        *,
        at_once: bool = False,
    ) -> Iterator[None]:
        """Hold ``needs`` while the block runs; what has no limit is not counted.

        ``at_once``: do not wait, also above the limit: what is taken is in use already.

        Raises:
            TooMuchError: if a need is above its limit, and so would never be met.
            StoppedError: if the stop is asked for while it waits.
        """
        counted = {name: need for name, need in needs.items() if name in limits}
        if not counted:
            yield
            return
        if at_once:
            with self._changed:
                self._turns.take(counted)
        else:
            _refuse_too_much(counted, limits)
            self._wait(counted, limits, stop)
        try:
            yield
        finally:
            with self._changed:
                self._turns.give_back(counted)
                self._changed.notify_all()

    def _wait(self, needs: Mapping[str, float], limits: Mapping[str, float], stop: Stop) -> None:
        with stop.listening(self._wake), self._changed:
            ticket = self._turns.queue(needs)
            try:
                while not self._turns.is_due(ticket, limits):
                    stop.check()
                    self._changed.wait()
                stop.check()
                self._turns.take(needs)
            finally:
                self._turns.leave(ticket)
                self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _refuse_too_much(needs: Mapping[str, float], limits: Mapping[str, float]) -> None:
    for name, need in needs.items():
        if need > limits[name]:
            raise TooMuchError(name, need, limits[name])


class TooMuchError(Exception):
    """A job needs more of a resource than there is."""

    def __init__(self, name: str, need: float, limit: float) -> None:
        super().__init__(name, need, limit)
        self.name = name
        self.need = need
        self.limit = limit

    def __str__(self) -> str:
        return f"it takes {self.need:g} of `{self.name}`, and there is {self.limit:g}"
