"""What pods cost: the price of a pod is by the hour, it is billed by the second, and its disk beside that."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

DISK = Decimal("0.10")
"""USD for a GB of container disk and month, while the pod runs (https://docs.runpod.io/pods/pricing)."""

MONTH = 30 * 24
"""Hours."""

_HOUR = 3600
_CENT = Decimal("0.01")


def hourly(price: Decimal, disk: int) -> Decimal:
    """Return the USD that a pod costs in an hour: ``price``, and its disk of so many GB."""
    return price + DISK * disk / MONTH


def spent(rate: Decimal, created: datetime, ended: datetime) -> Decimal:
    """Return the USD that a pod cost at ``rate`` an hour. Both times are the service's, in whole seconds."""
    seconds = max(0, int((ended - created).total_seconds()))
    return rate * seconds / _HOUR


def settled(least: Decimal, most: Decimal, billed: Decimal | None) -> Decimal:
    """Return what a pod cost: what was ``billed``, where that is possible, else the ``most`` it may have.

    A pod that vanished cost between ``least``, up to when it was last seen, and ``most``. A bill below or
    above that is one of part of its life, which RunPod has not finished.
    """
    if billed is not None and least - _CENT <= billed <= most + _CENT:
        return billed
    return most


def cents(dollars: Decimal) -> Decimal:
    """Return USD to the cent."""
    return dollars.quantize(_CENT, ROUND_HALF_UP)


def words(dollars: Decimal) -> str:
    """Return USD as people write it: `$1.23`."""
    return f"${cents(dollars)}"
