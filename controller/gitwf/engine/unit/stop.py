"""The request to stop a part of a run, and whom to tell."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from weakref import WeakSet

from gitwf.engine.unit.outcome import Failure, Kind, StoppedError

GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL where nothing else is said."""


class Stop:
    """Says once, to any number of listeners, that a part of a run is to end.

    A job that is running registers how to cancel it. A child stops with its parent, and can be
    stopped alone. ``foretold`` is why an earlier playing of the run stopped this part: what it had
    done by then is answered from the journal, and nothing new begins.

    What runs although it was stopped, handlers and `finally:`, stands behind a `shield`. Only `kill`
    gets through that.
    """

    def __init__(self, foretold: Failure | None = None) -> None:
        self.foretold = foretold
        self.grace = GRACE
        self._lock = threading.Lock()
        self._failure: Failure | None = None
        self._kill: Failure | None = None
        self._listeners: dict[int, Callable[[], None]] = {}
        self._shields: WeakSet[Stop] = WeakSet()
        self._tokens = itertools.count()
        self._event = threading.Event()

    @property
    def failure(self) -> Failure | None:
        """Why it is to stop; None while it is not."""
        return self._failure

    @property
    def reason(self) -> Failure | None:
        """Why nothing new may begin; None while it may."""
        return self._failure or self.foretold

    @property
    def is_killed(self) -> bool:
        """Whether it is to end at once."""
        return self._kill is not None

    def set(self, failure: Failure, grace: float = GRACE) -> None:
        """Ask for the stop. The first reason stays; asking again does nothing.

        ``grace`` is the seconds that processes have between SIGTERM and SIGKILL.
        """
        with self._lock:
            if self._failure is not None:
                return
            self.grace = grace
            self._failure = failure
            listeners = list(self._listeners.values())
        self._event.set()
        for listener in listeners:
            listener()

    def kill(self, failure: Failure) -> None:
        """Ask for an end at once: without grace, and of what stands behind a shield too.

        The first reason stays. Those who listen hear it again where they heard of a stop before.
        """
        with self._lock:
            if self._kill is not None:
                return
            self._kill = failure
            self.grace = 0.0
            self._failure = self._failure or failure
            listeners, shields = list(self._listeners.values()), list(self._shields)
        self._event.set()
        for listener in listeners:
            listener()
        for shield in shields:
            shield.kill(failure)

    def follow(self, other: Stop) -> None:
        """Stop as ``other`` was stopped."""
        if other._kill is not None:
            self.kill(other._kill)
        elif other.failure is not None:
            self.set(other.failure, other.grace)

    def shield(self) -> Stop:
        """Return a stop for what runs although this one was asked for."""
        shield = Stop()
        with self._lock:
            self._shields.add(shield)
            late = self._kill
        if late is not None:
            shield.kill(late)
        return shield

    def check(self) -> None:
        """Raise `StoppedError` if the stop was asked for."""
        if self._failure is not None:
            raise StoppedError(self._failure)

    def admit(self) -> None:
        """Raise `StoppedError` if nothing new may begin."""
        if (reason := self.reason) is not None:
            raise StoppedError(reason)

    def confirm(self, failures: Iterable[Failure | None]) -> None:
        """Raise `StoppedError` if it ended one of those that have ended with ``failures``, or None."""
        if (reason := self.reason) is not None and reason in failures:
            raise StoppedError(reason)

    def wait(self, seconds: float) -> None:
        """Block for so many seconds; raise `StoppedError` as soon as nothing new may begin."""
        self.admit()
        self._event.wait(min(seconds, threading.TIMEOUT_MAX))
        self.check()

    @contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """Have ``listener`` called at a stop while the block runs; now, if it was asked for."""
        token = self._listen(listener)
        try:
            yield
        finally:
            with self._lock:
                del self._listeners[token]

    @contextmanager
    def child(self, foretold: Failure | None = None) -> Iterator[Stop]:
        """Give a stop for a part of this one's part, while the block runs."""
        child = Stop(foretold or self.foretold)
        with self.listening(lambda: child.follow(self)):
            yield child

    def _listen(self, listener: Callable[[], None]) -> int:
        with self._lock:
            token = next(self._tokens)
            self._listeners[token] = listener
            late = self._failure is not None
        if late:
            listener()
        return token


CANCELLED = Failure(kind=Kind.CANCELLED, message="the run was cancelled", status=130)
