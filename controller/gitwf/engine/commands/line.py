"""Steps that act in the order of the file, whichever of them comes to it first."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gitwf.engine.unit.stop import Stop

Place = tuple[int, tuple[int, ...]]
"""Where a step stands: in the file, and among the copies of what stands there."""

_NUMBER = re.compile(r"[0-9]+")


class Stand:
    """The place of one step in a line."""

    def __init__(self, line: Line, place: Place) -> None:
        self._line = line
        self._place = place

    def wait(self, stop: Stop) -> None:
        """Block until no step that is under way stands before this one.

        Raises:
            StoppedError: if the stop is asked for while it waits.
        """
        self._line.await_turn(self._place, stop)


class Line:
    """The steps under way that will act in their order. Threads share it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._places: list[Place] = []

    @contextmanager
    def standing(self, start: int, step: str, *, counts: bool) -> Iterator[Stand]:
        """Stand in the line while the block runs: at ``start`` in the file, as ``step``.

        ``counts``: those behind wait for it.
        """
        place = start, tuple(map(int, _NUMBER.findall(step)))
        with self._changed:
            if counts:
                self._places.append(place)
        try:
            yield Stand(self, place)
        finally:
            with self._changed:
                if counts:
                    self._places.remove(place)
                self._changed.notify_all()

    def await_turn(self, place: Place, stop: Stop) -> None:
        """Block until no place before ``place`` is taken; as `Stand.wait`."""
        with stop.listening(self._wake), self._changed:
            while min(self._places, default=place) < place:
                stop.check()
                self._changed.wait()
            stop.check()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
