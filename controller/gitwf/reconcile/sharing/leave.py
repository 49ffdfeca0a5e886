"""The leave that a run gets from the lease: to begin what only the one controller that acts may begin."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from gitwf.engine.unit.outcome import Failure, Kind, StoppedError
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.sharing.announced import Announced
from gitwf.reconcile.sharing.publisher import Publisher
from gitwf.reconcile.sharing.share import Share
from gitwf.records.pace import scaled
from gitwf.repo.errors import RepositoryError

_LOOK = scaled(1.0)
"""Seconds between two looks at a lease that somebody else holds, or that cannot be renewed."""


class Leave:
    """The leave of ``run``, in a clone that has a ``share`` in the records of a remote.

    A run that was started ``by_hand`` need not be announced: nobody else starts it.
    """

    def __init__(
        self,
        share: Share,
        publisher: Publisher,
        announced: Announced,
        run: str,
        *,
        by_hand: bool = False,
    ) -> None:
        self._share = share
        self._publisher = publisher
        self._run = run
        self._by_hand = by_hand
        self._epoch = share.epoch
        self._announced = announced
        announced.begin(run)

    def begin(self, stop: Stop) -> None:
        """Block until this process holds the lease. Raises as `gitwf.engine.unit.permit.Permit`."""
        while not self.may_begin():
            stop.wait(_LOOK)

    def may_begin(self) -> bool:
        """Return whether this process holds the lease, now or again. Raises as `Permit`."""
        if not self._share.is_held:
            with suppress(RepositoryError):
                self._share.retake()
        if not self._share.is_held:
            return False
        self._refuse_ended()
        return True

    def announce(self, write: Callable[[], object], stop: Stop) -> None:
        """Publish the run before it begins. Raises as `gitwf.engine.unit.permit.Permit`."""
        if self._by_hand:
            return
        self.publish(write, stop)
        if self._share.epoch != self._epoch:
            message = "another controller has acted before it began"
            raise StoppedError(Failure(Kind.LOST, message, status=137))
        self._announced.mark(self._run)

    def publish(self, write: Callable[[], object], stop: Stop) -> None:
        """Bring what ``write`` writes to the remote, under the lease, and return when it is there.

        Raises as `gitwf.engine.unit.permit.Permit`.
        """
        write()
        self._publisher.wait(stop)
        self._refuse_ended()

    def _refuse_ended(self) -> None:
        if self._share.is_ended(self._run):
            failure = Failure(Kind.CANCELLED, "another clone has ended the run", status=130)
            raise StoppedError(failure)
