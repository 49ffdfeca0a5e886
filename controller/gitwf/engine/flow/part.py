"""A part of a flow that can be stopped alone: an arm, a branch, a background job."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gitwf.engine.flow.player import Notes
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Outcome, failed
from gitwf.engine.unit.stop import CANCELLED, GRACE, Stop
from gitwf.repo.errors import RepositoryError


class Part:
    """A part of a flow with a stop of its own.

    That it was stopped is in the journal before anything acts on it, so that every replay of the
    run stops it too. Where the journal cannot be written nothing is stopped, and `close` tells.
    """

    def __init__(self, step: str, stop: Stop, notes: Notes) -> None:
        self.step = step
        self.stop = stop
        self._notes = notes
        self._lock = threading.Lock()
        self._failure = notes.stop_of(step)
        self._over = False
        self._problem: RepositoryError | None = None

    def end(self, failure: Failure, grace: float = GRACE) -> None:
        """Stop it because of ``failure``, unless it has ended or was stopped before."""
        with self._lock:
            if self._over or self._failure is not None:
                return
            try:
                self._notes.stopped(self.step, failure)
            except RepositoryError as error:
                self._problem = error
                return
            self._failure = failure
        self.stop.set(failure, grace)

    def follow(self, stop: Stop) -> None:
        """Stop it as ``stop`` was stopped; if that was killed, also where it was stopped before."""
        self.end(stop.failure or CANCELLED, stop.grace)
        if stop.is_killed:
            self.stop.follow(stop)

    def close(self) -> Failure | None:
        """Say that it has ended; return why it was stopped alone, or None.

        Raises:
            RepositoryError: if a stop could not be written down.
        """
        with self._lock:
            self._over = True
            if self._problem is not None:
                raise self._problem
            return self._failure


@contextmanager
def part_of(frame: Frame, notes: Notes, overdue: Failure | None = None) -> Iterator[Part]:
    """Give the part of the flow at ``frame.step``, while the block runs.

    ``overdue`` is why nothing new may begin in it although nobody has stopped it yet, or None.
    """
    with frame.stop.child(notes.stop_of(frame.step) or overdue) as stop:
        yield Part(frame.step, stop, notes)


def unless_stopped(outcome: Outcome, part: Part) -> Outcome:
    """Return ``outcome``, or the failure that ended ``part`` while it came about."""
    failure = part.close()
    return outcome if failure is None else failed(failure, outcome.output)
