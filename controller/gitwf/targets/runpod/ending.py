"""Ends pods, and believes it only when the list has them no more: RunPod has billed what it said was ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import msgspec

from gitwf.targets.runpod.account import Account
from gitwf.targets.runpod.api.errors import ApiError
from gitwf.targets.runpod.api.wire import LIVING, TERMINATED
from gitwf.targets.runpod.lease import Lease, State, gone, made
from gitwf.targets.runpod.life import ours

log = logging.getLogger(__name__)

_PATIENCE = 120.0
"""Seconds in which a pod that was terminated must be out of the list."""

Told = Callable[[Lease], Lease]
"""Tells the run what is known now, and returns that it was told."""


class Ender:
    """Ends the pods of ``account``, each once. Safe for threads."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._ending: dict[str, threading.Lock] = {}

    def end(self, lease: Lease, reason: str, told: Told, *, certain: bool = True) -> Lease:
        """End the pod of ``lease``, and return what it cost.

        ``certain``: it lives, so it is we who end it. Raises `ApiError` where RunPod does not let us; then the ledger
        says that it is to end, and the next reaper does it.
        """
        with self._turn(lease.name):
            ending = self._marked(lease, reason)
            if ending.state is State.GONE:
                return told(ending)
            return told(self._ended(ending, certain=certain))

    def mark(self, lease: Lease, reason: str) -> Lease:
        """Write down that the pod of ``lease`` is to end: no job gets it from now on."""
        with self._turn(lease.name):
            return self._marked(lease, reason)

    def _marked(self, lease: Lease, reason: str) -> Lease:
        now = self._account.ledger.read(lease.name) or lease
        if now.state is State.GONE:
            return now
        ending = msgspec.structs.replace(
            now, state=State.ENDING, job=None, reason=now.reason or reason
        )
        return self._account.ledger.write(ending)

    def _ended(self, lease: Lease, *, certain: bool) -> Lease:
        account = self._account
        lease, pod = self._found(lease)
        if pod is None:
            return account.ledger.write(gone(lease, account.fleet.recent().now, None, certain=True))
        certain = certain and self._lives(pod)
        ended = account.client.terminate(pod)
        self._until_gone(pod)
        billed = self._billed(pod, lease.created or ended.date)
        account.machines.leave(lease.name)
        certain = certain and ended.was_there
        return account.ledger.write(gone(lease, ended.date, billed, certain=certain))

    def _found(self, lease: Lease) -> tuple[Lease, str | None]:
        """Return a lease with the id of its pod: one of which nobody knows whether it was made may be there."""
        if lease.pod is not None:
            return lease, lease.pod
        sight = self._account.fleet.fresh()
        pod, _ = ours(lease, sight.pods)
        if pod is None:
            return lease, None
        known = msgspec.structs.replace(made(lease, pod, sight.now), state=State.ENDING)
        return self._account.ledger.write(known), pod.id

    def _lives(self, pod: str) -> bool:
        """Return whether a pod was there a moment ago, and neither stopped nor broken since nobody knows when."""
        try:
            sight = self._account.fleet.recent()
        except ApiError:
            return False
        return any(one.id == pod and one.status in LIVING for one in sight.pods)

    def _until_gone(self, pod: str) -> None:
        """List until ``pod`` is not there, and terminate it again while it is."""
        until = time.monotonic() + _PATIENCE
        while any(p.id == pod and p.status != TERMINATED for p in self._account.fleet.fresh().pods):
            if time.monotonic() > until:
                raise ApiError(409, f"pod {pod} is still there after it was terminated")
            time.sleep(self._account.fleet.poll)
            self._account.client.terminate(pod)

    def _billed(self, pod: str, created: datetime) -> Decimal | None:
        try:
            return self._account.client.billed(pod, created)
        except ApiError as error:
            log.info("what pod %s was billed is not known: %s", pod, error)
            return None

    def _turn(self, name: str) -> threading.Lock:
        with self._lock:
            return self._ending.setdefault(name, threading.Lock())
