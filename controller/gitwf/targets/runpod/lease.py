"""A pod that we have rented, or may have: what is known of it, as a value, and how that changes.

=========  ====================================================================================
``asked``  it is about to be asked for, or was, and nobody knows whether it was made
``made``   RunPod has made it, and bills it
``ready``  its sshd has let us in
``ending`` it is to end; whoever looks next ends it
``gone``   it is no more, and costs nothing
=========  ====================================================================================

All times are those of the service.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from gitwf.targets.runpod.api.wire import LIVING, Address, Pod
from gitwf.targets.runpod.choosing import Offer, Passed
from gitwf.targets.runpod.money import hourly, settled, spent

UNSEEN = "was asked for, and never seen"


class State(StrEnum):
    """Where in its life a pod is."""

    ASKED = "asked"
    MADE = "made"
    READY = "ready"
    ENDING = "ending"
    GONE = "gone"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """A pod of ours. ``name`` is what RunPod's list shows, and asked for once at most.

    ``run`` is the run that pays, ``job`` the folder of the job that has it, in that run; None: it is
    idle, since ``idle_since``. ``held``: a person asked for it, and it is kept while the run goes on.
    ``likeness`` is that of the `Wish` it serves. ``seen`` is when it was last seen to live. ``told`` are
    the words of the events that the run has heard. ``key`` is the fingerprint of the SSH key that it
    lets in.
    """

    name: str
    run: str
    job: str | None
    likeness: str
    offer: Offer
    disk: int
    passed: tuple[Passed, ...] = ()
    state: State = State.ASKED
    pod: str | None = None
    cost: Decimal | None = None
    data_center: str | None = None
    created: datetime | None = None
    seen: datetime | None = None
    started: datetime | None = None
    address: Address | None = None
    address_since: datetime | None = None
    ready: datetime | None = None
    idle: float = 0.0
    idle_since: float | None = None
    held: bool = False
    ended: datetime | None = None
    reason: str = ""
    spent: Decimal | None = None
    billed: Decimal | None = None
    told: tuple[str, ...] = ()
    key: str = ""

    @property
    def rate(self) -> Decimal:
        """USD an hour, with its disk."""
        return hourly(self.cost if self.cost is not None else self.offer.price, self.disk)

    @property
    def may_cost(self) -> bool:
        """Whether it is there, or may be."""
        return self.state is not State.GONE

    @property
    def is_doubtful(self) -> bool:
        """Whether no answer said that it was not made: it was looked for, and should not be there."""
        return (self.state, self.pod, self.reason) == (State.GONE, None, UNSEEN)

    def cost_until(self, now: datetime) -> Decimal:
        """Return the USD that it has cost by ``now``, or in all."""
        if self.spent is not None:
            return self.spent
        if self.created is None:
            return Decimal(0)
        return spent(self.rate, self.created, self.ended or now)


def made(lease: Lease, pod: Pod, now: datetime) -> Lease:
    """Return what is known when RunPod has made ``pod`` for it."""
    lease = msgspec.structs.replace(
        lease,
        state=State.MADE,
        pod=pod.id,
        cost=pod.cost or lease.offer.price,
        created=pod.created_at,
    )
    return sighted(lease, pod, now)


def sighted(lease: Lease, pod: Pod, now: datetime) -> Lease:
    """Return what is known when ``pod`` has been seen as it is."""
    moved = pod.address != lease.address
    return msgspec.structs.replace(
        lease,
        seen=now if pod.status in LIVING else lease.seen,
        data_center=pod.data_center_id or lease.data_center,
        started=pod.started_at,
        address=pod.address,
        address_since=(now if pod.address else None) if moved else lease.address_since,
    )


def gone(lease: Lease, ended: datetime, billed: Decimal | None, *, certain: bool) -> Lease:
    """Return what is known when it is no more.

    ``certain``: it ended then. Else it did so between when it was last seen and then.
    """
    created = lease.created or ended
    least = spent(lease.rate, created, ended if certain else lease.seen or created)
    most = spent(lease.rate, created, ended)
    return msgspec.structs.replace(
        lease,
        state=State.GONE,
        ended=ended,
        billed=billed,
        spent=settled(least, most, billed) if lease.pod else Decimal(0),
        job=None,
    )
