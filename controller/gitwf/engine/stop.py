"""The request to stop a part of a run, and whom to tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gitwf.engine.outcome import Failure, Kind, StoppedError


class Stop:
    """Says once, to any number of listeners, that a part of a run is to end.

    A job that is running registers how to cancel it. A child stops with its parent, and can be
    stopped alone.
    """

    def __init__(self, parent: Stop | None = None) -> None:
        self._lock = threading.Lock()
        self._failure: Failure | None = None
        self._listeners: dict[int, Callable[[], None]] = {}
        self._event = threading.Event()
        if parent:
            parent.listen(lambda: self.set(parent.failure or CANCELLED))

    @property
    def failure(self) -> Failure | None:
        """Why it is to stop; None while it is not."""
        return self._failure

    def set(self, failure: Failure) -> None:
        """Ask for the stop. The first reason stays; asking again does nothing."""
        with self._lock:
            if self._failure is not None:
                return
            self._failure = failure
            listeners = list(self._listeners.values())
        self._event.set()
        for listener in listeners:
            listener()

    def check(self) -> None:
        """Raise `StoppedError` if the stop was asked for."""
        if self._failure is not None:
            raise StoppedError(self._failure)

    def wait(self, seconds: float) -> None:
        """Block for so many seconds; raise `StoppedError` as soon as the stop is asked for."""
        self._event.wait(seconds)
        self.check()

    def listen(self, listener: Callable[[], None]) -> int:
        """Call ``listener`` at the stop, or now if it was asked for already."""
        with self._lock:
            token = id(listener)
            self._listeners[token] = listener
            late = self._failure is not None
        if late:
            listener()
        return token

    @contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """Have ``listener`` called at a stop while the block runs."""
        token = self.listen(listener)
        try:
            yield
        finally:
            with self._lock:
                self._listeners.pop(token, None)


CANCELLED = Failure(kind=Kind.CANCELLED, message="the run was cancelled", status=130)
