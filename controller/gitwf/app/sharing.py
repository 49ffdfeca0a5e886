"""A clone that follows a remote: its share in the records there, ready to act under the lease."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property

from gitwf.engine.unit.permit import Permit
from gitwf.reconcile.branches import Source, remote
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.sharing.announced import Announced
from gitwf.reconcile.sharing.exchange import Exchange
from gitwf.reconcile.sharing.holder import this_holder
from gitwf.reconcile.sharing.leave import Leave
from gitwf.reconcile.sharing.publisher import Publisher
from gitwf.reconcile.sharing.share import Share
from gitwf.reconcile.sharing.sighting import Sightings
from gitwf.records.clock import spell
from gitwf.records.pace import scaled
from gitwf.repo.errors import RemoteError, RepositoryError
from gitwf.repo.remote import Remote

FAREWELL = scaled(30.0)
"""Seconds that whoever ends waits for the last of its records to be pushed."""

_WHOLE = 4
"""Of so many looks at a remote one is at all of its records, which tells whether runs go on."""


class Sharing:
    """What a clone needs to follow the remote ``name``, at which it looks every ``poll`` seconds."""

    def __init__(self, clone: Clone, name: str, poll: float) -> None:
        self.name = name
        self.poll = scaled(poll)
        self._looks = 0
        self._remote = Remote(clone.repository, name)
        self.exchange = Exchange(clone.repository, clone.records, self._remote)
        me = this_holder(clone.records.owner)
        self.share = Share(self.exchange, clone.records, me, os.uname().nodename)
        self.sightings = Sightings(clone.records.state_dir, name)
        self.publisher = Publisher(self.share, lambda why: self.sightings.write(unpushed=why))
        self._clone = clone

    def look(self) -> None:
        """Look at the remote, now and then at all of it. Raises `RemoteError`."""
        self._looks += 1
        try:
            if self._looks % _WHOLE == 1:
                self.share.pull()
            else:
                self.share.follow()
        except RemoteError as error:
            self.sightings.write(problem=str(error))
            raise
        self.sightings.write(seen=spell(self._clone.records.clock.now()), problem=None)

    @property
    def source(self) -> Source:
        """Where the branches and tags are that it follows."""
        return remote(self.exchange.places, lambda: self._default)

    def attach(self, *, by_hand: bool = False) -> None:
        """Have the clone act under the lease, and hear of others as they are heard here."""
        clone, share = self._clone, self.share

        announced = Announced(clone.records.state_dir)

        def permit(run: str) -> Permit:
            return Leave(share, self.publisher, announced, run, by_hand=by_hand)

        clone.runner.permits = permit
        clone.runner.follows = None if by_hand else self.name
        clone.is_sharing = not by_hand
        clone.records.written = self.publisher.written
        clone.is_announced = announced.has
        clone.heard.alive = self._is_holder

    def _is_holder(self, owner: str) -> bool:
        lease = self.share.holder()
        return lease is not None and (lease.holder or "").startswith(f"{owner}:")

    @cached_property
    def _default(self) -> str | None:
        default = self._remote.default_branch()
        self.sightings.write(default=default)
        return default


@contextmanager
def acting(sharing: Sharing) -> Iterator[None]:
    """Push records beside whatever the block does, and at its end what is left; then free the lease."""
    sharing.publisher.start()
    try:
        yield
        _part(sharing)
    finally:
        sharing.publisher.close()
        sharing.share.free()


def _part(sharing: Sharing) -> None:
    """Have the last records pushed. Those that need a lease that another holds are left to the next time."""
    share = sharing.share
    with suppress(RepositoryError):
        if sharing.exchange.pending():
            share.take()
    sharing.publisher.settle(FAREWELL if share.is_held else FAREWELL / 10)
