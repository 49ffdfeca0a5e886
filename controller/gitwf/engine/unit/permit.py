"""Leave to do what only one controller may do. Where clones share a remote it is the lease that gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gitwf.engine.unit.stop import Stop


class Permit(Protocol):
    """The leave of one run."""

    def begin(self, stop: Stop) -> None:
        """Block until this clone is the one that acts: before an effect, or a pod, may begin.

        Raises:
            StoppedError: if the stop is asked for, or the run was ended by another clone.
        """
        ...

    def may_begin(self) -> bool:
        """Return whether this clone is the one that acts, at once: for who waits otherwise than `begin`.

        Raises `StoppedError` if the run was ended by another clone.
        """
        ...

    def announce(self, write: Callable[[], object], stop: Stop) -> None:
        """Do as `publish` before anything of the run begins.

        Raises:
            StoppedError: as `begin`; or, with `Kind.LOST`, if another clone has acted meanwhile, so that
                nobody knows whether the run is asked for still.
        """
        ...

    def publish(self, write: Callable[[], object], stop: Stop) -> None:
        """Have ``write`` bring the run's records into git, and block until all others can know them.

        Raises:
            StoppedError: if the stop is asked for, or the run was ended by another clone.
        """
        ...


class Free:
    """The leave of whoever is alone: a lock file on this machine sees to that."""

    def begin(self, stop: Stop) -> None:
        """Return at once."""

    def may_begin(self) -> bool:
        """Return True."""
        return True

    def announce(self, write: Callable[[], object], stop: Stop) -> None:
        """Return at once: nobody else starts runs."""

    def publish(self, write: Callable[[], object], stop: Stop) -> None:
        """Return at once: the records follow in their own time."""


FREE = Free()

Permits = Callable[[str], Permit]
"""Gives the leave of a run, by its id."""


def free(_run: str) -> Permit:
    """Return the leave of a run in a clone that is alone."""
    return FREE
