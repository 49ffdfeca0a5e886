"""The lease: which controller of those that share a remote acts (`docs/records.md`, section 4).

``refs/wf/lease/default`` is a commit without parents and files, whose message is one line of JSON. A lease
is values here; who may take it, and when, is decided by `gitwf.reconcile.sharing`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from gitwf.repo.commits import Draft

REF = "refs/wf/lease/default"

TTL = 120.0
"""Seconds after which a lease that was not renewed may be taken over."""


class Lease(msgspec.Struct, frozen=True):
    """Who acts.

    ``holder`` is ``<owner>:<process id>:<start of the process>``, None where the lease is free. ``epoch``
    counts holders, ``seq`` the moves of one; ``ttl`` is in seconds, ``host`` a name for people.
    """

    holder: str | None
    epoch: int
    seq: int
    ttl: float
    host: str = ""

    def moved(self) -> Lease:
        """Return the lease as its holder moves it on."""
        return msgspec.structs.replace(self, seq=self.seq + 1)

    def freed(self) -> Lease:
        """Return the lease as its holder leaves it: the next one goes on with its epochs."""
        return msgspec.structs.replace(self, holder=None, seq=self.seq + 1)

    def draft(self, now: datetime) -> Draft:
        """Return the commit that says it."""
        message = msgspec.json.encode(self).decode() + "\n"
        return Draft(None, {}, [], message, now, role=None)


def taken(before: Lease | None, holder: str, host: str, ttl: float) -> Lease:
    """Return the lease of ``holder`` who takes it from ``before``."""
    return Lease(holder, before.epoch + 1 if before else 1, 0, ttl, host)


def read(message: str | None) -> Lease | None:
    """Return the lease that a commit's message says, or None; what is no lease holds nobody back."""
    try:
        return msgspec.json.decode(message, type=Lease) if message else None
    except msgspec.DecodeError:
        return None
