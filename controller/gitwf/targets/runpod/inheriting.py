"""Pods that another clone has rented for a run which this one plays on now, by what the run has on record.

Their keys are made of the key of the account and their names (`keys`), so whoever has that is let in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from gitwf.targets.pods import Rented
from gitwf.targets.runpod.account import Account
from gitwf.targets.runpod.api.errors import ApiError
from gitwf.targets.runpod.api.wire import Pod
from gitwf.targets.runpod.choosing import Offer
from gitwf.targets.runpod.errors import PodError
from gitwf.targets.runpod.keys import fingerprint
from gitwf.targets.runpod.lease import Lease, State, made
from gitwf.targets.runpod.life import ours


def check(account: Account, rented: Iterable[Rented]) -> None:
    """Look whether ``rented`` let us in. Raises `PodError` where they do not, or RunPod does not answer."""
    for one in rented:
        if fingerprint(account.ledger.public_of(one.name)) != one.key:
            raise PodError(f"pod `{one.name}` was rented with another key of RunPod")
    try:
        account.fleet.fresh()
    except ApiError as error:
        raise PodError(str(error)) from None


def inherit(account: Account, run: str, rented: Iterable[Rented]) -> None:
    """Write ``rented`` down as pods of ours, for ``run``; those that are known here stay as they are."""
    new = [one for one in rented if account.ledger.read(one.name) is None]
    pods, now = _listed(account) if new else ((), None)
    for one in new:
        lease = _lease(one, run)
        account.ledger.begin(lease)
        mine, _ = ours(lease, pods)
        if mine is not None and now is not None:
            account.ledger.write(made(lease, mine, now))


def _listed(account: Account) -> tuple[tuple[Pod, ...], datetime | None]:
    try:
        sight = account.fleet.fresh()
    except ApiError:
        return (), None  # whoever waits for them sees them later
    return sight.pods, sight.now


def _lease(one: Rented, run: str) -> Lease:
    price = Decimal(str(one.price_per_hour))
    return Lease(
        name=one.name,
        run=run,
        job=one.job or None,
        likeness="",
        offer=Offer(one.gpu, one.count, one.cloud, price),
        disk=one.disk,
        state=State.MADE if one.pod else State.ASKED,
        pod=one.pod or None,
        created=datetime.fromisoformat(one.created) if one.created else None,
        key=one.key,
        told=one.told,
    )
