"""Finds pods of ours that nobody needs, by the list and by the ledger, and ends them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

import msgspec

from gitwf.targets.runpod.account import Account
from gitwf.targets.runpod.api.errors import ApiError
from gitwf.targets.runpod.api.wire import TERMINATED, Pod
from gitwf.targets.runpod.ending import Ender
from gitwf.targets.runpod.lease import Lease, State, made
from gitwf.targets.runpod.ledger import Ledger

log = logging.getLogger(__name__)

_ORPHANED = "its run is over"

_LATE = timedelta(hours=1)
"""For a pod to turn up that was asked for, and not there when it was looked for."""


class Standing(Enum):
    """How the run of a pod stands: it goes on, nobody plays it though it has not ended, or it is over."""

    PLAYED = "played"
    OPEN = "open"
    OVER = "over"


class Reaped(msgspec.Struct, frozen=True):
    """Pods that were ended, by name, and those that could not be, with why."""

    ended: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


Stands = Callable[[str], Standing]
"""Says how a run stands."""


def is_due(ledger: Ledger, standing: Stands, now: datetime) -> bool:
    """Return whether ``ledger`` knows of a pod to end, or of one that may turn up late; asks nobody."""
    return any(
        is_stray(lease, standing) or (lease.is_doubtful and _is_recent(lease, now))
        for lease in ledger.leases()
    )


def is_stray(lease: Lease, standing: Stands) -> bool:
    """Return whether nobody needs the pod of ``lease``, and nobody who plays its run ends it."""
    if not lease.may_cost:
        return False
    stands = standing(lease.run)
    return stands is Standing.OVER or (
        lease.state is State.ENDING and stands is not Standing.PLAYED
    )


def _is_recent(lease: Lease, now: datetime) -> bool:
    return lease.ended is not None and now - lease.ended < _LATE


class Reaper:
    """Ends pods of ``account`` without a run; ``standing`` says how a run stands.

    A pod of a run that goes on, or that may be taken up, is left alone: whoever plays the run has it.
    """

    def __init__(self, account: Account, standing: Stands) -> None:
        self._account = account
        self._standing = standing
        self._ender = Ender(account)

    def reap(self) -> Reaped:
        """End all that nobody needs; return what was. Raises `ApiError` where RunPod cannot be asked."""
        ended: list[str] = []
        problems: list[str] = []
        for name, end in self._strays():
            try:
                end()
                ended.append(name)
            except ApiError as error:
                problems.append(f"pod `{name}` could not be ended: {error}")
        return Reaped(tuple(ended), tuple(problems))

    def _strays(self) -> Iterator[tuple[str, Callable[[], object]]]:
        sight, ledger = self._account.fleet.fresh(), self._account.ledger
        there = [pod for pod in sight.pods if pod.status != TERMINATED]
        for pod in there:
            lease = ledger.read(pod.name)
            is_ours = lease is not None or pod.name.startswith(self._account.prefix)
            if is_ours and self._is_needless(pod, lease):
                yield pod.name, partial(self._end, pod, lease)
        listed = {pod.name for pod in there}
        for lease in ledger.leases():
            if lease.name not in listed and is_stray(lease, self._standing):
                yield lease.name, partial(self._ender.end, lease, _ORPHANED, _same)

    def _is_needless(self, pod: Pod, lease: Lease | None) -> bool:
        if lease is None:
            return self._standing(self._run_of(pod)) is Standing.OVER
        if not lease.may_cost or lease.pod not in {None, pod.id}:
            return True
        return is_stray(lease, self._standing)

    def _end(self, pod: Pod, lease: Lease | None) -> object:
        """End ``pod``. One that came up late, when it was not believed in any more, is accounted for too."""
        if lease is not None and lease.pod is None:
            told = tuple(word for word in lease.told if word != "gone")
            late = msgspec.structs.replace(lease, told=told, spent=None, ended=None)
            lease = self._account.ledger.write(made(late, pod, pod.created_at))
        if lease is None or lease.pod != pod.id or not lease.may_cost:
            return self._account.client.terminate(pod.id)
        return self._ender.end(lease, _ORPHANED, _same)

    def _run_of(self, pod: Pod) -> str:
        return pod.name.removeprefix(self._account.prefix).partition("-")[0]


def _same(lease: Lease) -> Lease:
    return lease
