"""The share of a clone in the records of a remote: the lease that lets it act, and what it pushes.

All that speaks with the remote is done under one lock, so that what is thought of the lease is what was
seen last. Every push of state moves the lease in the same transaction: a ref that does not change is not
sent, and would keep nobody out (`docs/records.md`, section 4).
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from gitwf.engine.clone.ownership import is_played
from gitwf.reconcile.sharing.exchange import BATCH, Exchange
from gitwf.reconcile.sharing.holder import Holder, is_gone, read_holder
from gitwf.records import lease as leases
from gitwf.records.lease import Lease, taken
from gitwf.records.pace import awake, scaled
from gitwf.records.requests import CANCEL
from gitwf.records.sharing.outgoing import Authority
from gitwf.records.store import Records
from gitwf.repo.environment import IDENTITY
from gitwf.repo.errors import ConflictError, RemoteError
from gitwf.repo.refs import RefUpdate

TTL = scaled(leases.TTL)
RENEWAL = scaled(40.0)
"""Seconds after which the lease is moved although nothing is pushed."""

_MARGIN = TTL / 6
"""Seconds before the end of a lease in which nothing begins any more."""

_TRIES = 10
_BY = "{} <{}>".format(*IDENTITY)


class NotHolderError(Exception):
    """Another controller holds the lease, or this one has not renewed it in time."""


class Share:
    """Takes part in what ``exchange`` exchanges, as ``me``; ``now`` is a clock that never stands still."""

    def __init__(
        self,
        exchange: Exchange,
        records: Records,
        me: Holder,
        host: str,
        now: Callable[[], float] = awake,
    ) -> None:
        self.exchange = exchange
        self._records = records
        self._me = me
        self._host = host
        self._now = now
        self._lock = threading.RLock()
        self._tip: str | None = None
        self._seen: tuple[str | None, float] = (None, now())
        self._lease: Lease | None = None
        self._moved_at = 0.0
        self._retaken = now() - TTL
        self.generation = 0
        """Counts what was pulled: what was decided before is to be looked at again."""

    @property
    def epoch(self) -> int:
        """The epoch of the lease that this process held last."""
        return self._records.epoch

    # -- the lease ---------------------------------------------------------------------------------

    @property
    def is_held(self) -> bool:
        """Whether this process holds the lease for certain, for some time to come."""
        return self._lease is not None and self._now() < self._moved_at + TTL - _MARGIN

    @property
    def is_due(self) -> bool:
        """Whether the lease is to be renewed."""
        return self._lease is not None and self._now() >= self._moved_at + RENEWAL

    def holder(self) -> Lease | None:
        """Return the lease of whoever else acts, or None where nobody does who is known to live."""
        lease = self.exchange.lease()[1]
        if lease is None or lease.holder in (None, str(self._me)) or self._is_over(lease):
            return None
        return lease

    def has_rival(self) -> bool:
        """Return whether somebody else acts."""
        return self.holder() is not None

    def take(self) -> bool:
        """Hold the lease; return whether that is so. Only on records that were pulled at its last move.

        Raises `RemoteError`.
        """
        with self._lock:
            if self.is_held:
                return True
            if self._lease is None and self.holder() is not None:
                return False
            before = self.exchange.lease()[1]
            lease = self._lease or taken(before, str(self._me), self._host, TTL)
            try:
                self._move(lease.moved(), [])
            except ConflictError:
                self._lose()
                return False
            return True

    def retake(self) -> None:
        """Look whether the lease can be had again, now and then. Raises as `pull`."""
        with self._lock:
            if self.is_held or self._now() < self._retaken + RENEWAL / 4:
                return
            self._retaken = self._now()
            self.pull()
            self.take()

    def admits(self, generation: int) -> bool:
        """Return whether what was decided at ``generation`` may be done: under the lease, on what is known.

        Raises `RemoteError`.
        """
        with self._lock:
            return generation == self.generation and self.take() and generation == self.generation

    def renew(self) -> None:
        """Move the lease on, where it is held. Raises `RemoteError`."""
        with self._lock:
            if self._lease is None:
                return
            try:
                self._move(self._lease.moved(), [])
            except ConflictError:
                self._lose()

    def free(self) -> None:
        """Let go of the lease. Where the remote cannot be told, it ends by itself."""
        with self._lock:
            lease, self._lease = self._lease, None
            if lease is None:
                return
            try:
                self._move(lease.freed(), [])
            except (ConflictError, RemoteError):
                return

    # -- records -----------------------------------------------------------------------------------

    def pull(self) -> bool:
        """Fetch and merge everything; return whether records of ours moved. Raises as `Exchange.pull`."""
        with self._lock:
            moved = self.exchange.pull()
            self._look()
            self.generation += moved
            return moved

    def follow(self) -> bool:
        """Look at the remote, and pull where anything has changed; return whether it has."""
        with self._lock:
            changed = self.exchange.glance()
            if changed:
                self.pull()
            return changed

    def push(self, *, whole: bool = True) -> bool:
        """Push what the remote lacks: ``whole``, under the lease, or what needs none.

        Return whether there was anything.

        Raises `NotHolderError`, `RemoteError`, and `ConflictError` where others push without a pause.
        """
        with self._lock:
            for _ in range(_TRIES):
                if whole and not self.is_held:
                    raise NotHolderError
                updates = self._allowed(whole=whole)
                if not updates:
                    return False
                try:
                    self._push(updates, whole=whole)
                except ConflictError:
                    self.pull()
                else:
                    return True
        raise ConflictError("the records of the remote are moved by others all the time")

    def _allowed(self, *, whole: bool) -> list[RefUpdate]:
        updates = self.exchange.pending()
        if whole:
            return updates
        authority = Authority(self._me.owner)
        return [update for update in updates if authority.allows(update, self._records)]

    def _push(self, updates: list[RefUpdate], *, whole: bool) -> None:
        for at in range(0, len(updates), BATCH):
            part = updates[at : at + BATCH]
            if whole and self._lease is not None:
                self._move(self._lease.moved(), part)
            else:
                self.exchange.push(part)

    def _move(self, lease: Lease, updates: list[RefUpdate]) -> None:
        """Push ``updates`` and the lease, both or nothing."""
        begun = self._now()
        tip = self.exchange.write(lease)
        self.exchange.push([*updates, RefUpdate(leases.REF, tip, self._tip)])
        self._tip, self._seen = tip, (tip, begun)
        if lease.holder is not None:
            self._lease, self._moved_at = lease, begun
            self._records.epoch = max(self._records.epoch, lease.epoch)

    def _look(self) -> None:
        """Take note of whose the lease is, and since when it has stood there."""
        self._tip, lease = self.exchange.lease()
        if self._seen[0] != self._tip:
            self._seen = (self._tip, self._now())
            self.generation += 1
        if self._lease is not None and (lease is None or lease.holder != str(self._me)):
            self._lease = None
        for run in self.exchange.ended_elsewhere():
            self._records.requests.ask(run, CANCEL, _BY, "another clone has ended it")

        for run in self.exchange.taken_elsewhere():
            if not is_played(self._records.state_dir / "runs" / run):
                self._records.ongoing.end(run)

    def is_ended(self, run: str) -> bool:
        """Return whether another clone has ended ``run``, which goes on here, or has taken it over."""
        exchange = self.exchange
        return run in exchange.ended_elsewhere() or run in exchange.taken_elsewhere()

    def _lose(self) -> None:
        """Find out who has the lease now: it was moved by somebody else."""
        self._lease = None
        self.pull()

    def _is_over(self, lease: Lease) -> bool:
        """Return whether the holder has had its time, or is a process of this machine that is gone."""
        tip, since = self._seen
        if tip == self._tip and self._now() - since > lease.ttl:
            return True
        holder = read_holder(lease.holder or "")
        return holder is not None and is_gone(holder, self._me)


def describe(lease: Lease) -> str:
    """Return who holds a lease, for people."""
    holder = read_holder(lease.holder or "")
    return f"process {holder.pid} on {lease.host}" if holder else str(lease.holder)
