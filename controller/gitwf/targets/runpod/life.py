"""The life of a pod as decisions on values: what a sighting of it calls for. Nothing is done here.

Deadlines count by the service's clock, so neither a laptop that slept nor a wrong clock here misleads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from gitwf.targets.runpod.api.wire import COMING, RUNNING, TERMINATED, Address, Pod
from gitwf.targets.runpod.lease import Lease, State

PLACING = timedelta(minutes=10)
"""For a machine to be found."""

PULLING = timedelta(minutes=25)
"""For an image to be there: twenty minutes have been seen."""

ADDRESS = timedelta(minutes=12)
"""From running to a public address: half a minute is usual."""

LOGIN = timedelta(minutes=4)
"""From an address to an sshd that lets us in: the first address may be a stale one for 90 seconds."""

LISTING = timedelta(seconds=30)
"""For a pod that was made to be in the list."""

LOOKS = 4
"""Times that the list is asked for a pod of which nobody knows whether it was made."""

_REPEATS = 3


class Wait(msgspec.Struct, frozen=True):
    """Nothing is to be done: look again later."""


class Knock(msgspec.Struct, frozen=True):
    """Try whether its sshd lets us in, at ``address``."""

    address: Address


class Confirm(msgspec.Struct, frozen=True):
    """It is not in the list: ask for it by its id before it is believed to be gone."""


class Lost(msgspec.Struct, frozen=True):
    """It is gone, or will never come up: another may do. ``reason`` ends the sentence "the pod …"."""

    reason: str


class Useless(msgspec.Struct, frozen=True):
    """It will never let us in, and no other of its kind will."""

    reason: str


class Well(msgspec.Struct, frozen=True):
    """It is there, and let us in before."""


Verdict = Wait | Knock | Confirm | Lost | Useless | Well

_STOPPED = "was stopped: by RunPod, for somebody who pays more or for want of balance, or by hand"
_ENDS = {
    "EXITED": _STOPPED,
    "ERROR": "broke: RunPod calls it ERROR",
    TERMINATED: "was terminated, and not by us",
}
VANISHED = "vanished: RunPod does not know it any more"


def judge(lease: Lease, pod: Pod | None, now: datetime) -> Verdict:
    """Return what a sighting of the pod of ``lease`` calls for; None: it is not in the list."""
    if pod is None:
        created = lease.created or now
        return Wait() if now - created < LISTING and lease.state is State.MADE else Confirm()
    if pod.status in _ENDS:
        return Lost(_ENDS[pod.status])
    if pod.status in COMING:
        return _coming(lease, pod, now)
    if pod.status != RUNNING or lease.state is not State.MADE:
        return Well() if lease.state is State.READY else Wait()
    return _running(lease, pod, now)


def _coming(lease: Lease, pod: Pod, now: datetime) -> Verdict:
    if lease.state is State.READY:
        return Lost("was started anew, and its disk is empty now")
    age = now - pod.created_at
    limit = PLACING if pod.status == "PROVISIONING" else PULLING
    if age > limit:
        return Lost(f"was still {pod.status} after {_minutes(age)}")
    return Wait()


def _running(lease: Lease, pod: Pod, now: datetime) -> Verdict:
    """Judge a pod that runs, and has not let us in yet."""
    if pod.address is None:
        since = now - (pod.started_at or pod.created_at)
        return Lost(f"had no public address after {_minutes(since)}") if since > ADDRESS else Wait()
    since = now - (lease.address_since or now)
    if since > LOGIN:
        return Useless(f"runs, and no sshd has let us in for {_minutes(since)}")
    return Knock(pod.address)


def ours(lease: Lease, pods: Sequence[Pod]) -> tuple[Pod | None, list[Pod]]:
    """Return the pod of ``lease`` among all of the account, and those that should not be there.

    A name is asked for once; should two answer to it, the first is ours.
    """
    named = [pod for pod in pods if pod.name == lease.name]
    if lease.pod is not None:
        mine = next((pod for pod in named if pod.id == lease.pod), None)
    else:
        there = [pod for pod in named if pod.status != TERMINATED]
        mine = min(there, key=lambda pod: (pod.created_at, pod.id), default=None)
    rest = [pod for pod in named if pod is not mine and pod.status != TERMINATED]
    return mine, rest


def looping(log: Sequence[str]) -> str | None:
    """Return the last words of a start command that ends again and again, by the pod's log; else None."""
    said = [line.strip() for line in log if line.strip()]
    if len(said) < _REPEATS:
        return None
    places = [number for number, line in enumerate(said) if line == said[-1]]
    if len(places) < _REPEATS:
        return None
    gaps = {after - before for before, after in pairwise(places[-_REPEATS:])}
    return said[-1] if len(gaps) == 1 else None


def _minutes(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
