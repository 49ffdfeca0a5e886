"""What pods and volumes cost: rates, spans of time at one rate, and buckets of the billing history.

Money is exact, in `Fraction`s of a dollar. A month has 30 days. RunPod bills by the second; times have whole
seconds, so nothing is rounded before the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

import msgspec

MONTH = Fraction(30 * 24)
"""Hours in a month, for what is priced by the month."""
RUNNING_DISK = Fraction(10, 100)
"""Dollars for a GB of container disk or host volume, a month, while the pod runs."""
STOPPED_DISK = Fraction(20, 100)
"""Dollars for a GB of host volume, a month, while the pod is stopped; its container disk is gone."""
SMALL_VOLUME, LARGE_VOLUME = Fraction(7, 100), Fraction(5, 100)
"""Dollars for a GB of network volume, a month: below and from 1,000 GB."""
HIGH_PERFORMANCE = Fraction(14, 100)
"""Dollars for a GB of high-performance network volume, a month."""

Bucket = Literal["hour", "day", "week", "month", "year"]


class Rates(msgspec.Struct, frozen=True):
    """Dollars an hour."""

    gpu: Fraction = Fraction(0)
    cpu: Fraction = Fraction(0)
    disk: Fraction = Fraction(0)

    @property
    def total(self) -> Fraction:
        """All of it."""
        return self.gpu + self.cpu + self.disk

    def over(self, hours: Fraction) -> Rates:
        """Dollars for so many hours."""
        return Rates(self.gpu * hours, self.cpu * hours, self.disk * hours)

    def plus(self, other: Rates) -> Rates:
        """Both together."""
        return Rates(self.gpu + other.gpu, self.cpu + other.cpu, self.disk + other.disk)


class Span(msgspec.Struct, frozen=True):
    """A time at one rate: up to `end`, or still going on."""

    rates: Rates
    start: datetime
    end: datetime | None = None


Meter = tuple[Span, ...]


def turn(meter: Meter, rates: Rates, when: datetime) -> Meter:
    """The meter with `rates` from `when` on."""
    going = meter[-1] if meter and meter[-1].end is None else None
    if going and going.rates == rates:
        return meter
    closed = (*meter[:-1], msgspec.structs.replace(going, end=when)) if going else meter
    return (*closed, Span(rates, when)) if rates.total else closed


def spent(meter: Meter, start: datetime, end: datetime) -> Rates:
    """Dollars that a meter counted from `start` to `end`."""
    total = Rates()
    for span in meter:
        seconds = (min(span.end or end, end) - max(span.start, start)) // timedelta(seconds=1)
        if seconds > 0:
            total = total.plus(span.rates.over(Fraction(seconds, 3600)))
    return total


def cents(dollars: Fraction) -> int:
    """Rounded to the cent, a half up."""
    return int(dollars * 100 + Fraction(1, 2))


def volume_rate(gigabytes: int, kind: str) -> Fraction:
    """Dollars an hour for a network volume."""
    if kind == "HIGH_PERFORMANCE":
        return HIGH_PERFORMANCE * gigabytes / MONTH
    return (SMALL_VOLUME if gigabytes < 1000 else LARGE_VOLUME) * gigabytes / MONTH


def floor(when: datetime, bucket: Bucket) -> datetime:
    """The beginning of the bucket that `when` is in."""
    day = when.replace(hour=0, minute=0, second=0, microsecond=0)
    match bucket:
        case "hour":
            return when.replace(minute=0, second=0, microsecond=0)
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)


_LONGEST = {"hour": 1 / 24, "day": 1, "week": 7, "month": 31, "year": 366}


def following(start: datetime, bucket: Bucket) -> datetime:
    """The beginning of the bucket after the one that begins at `start`."""
    return floor(start + timedelta(days=_LONGEST[bucket]), bucket)


def buckets(start: datetime, end: datetime, bucket: Bucket) -> Iterator[tuple[datetime, datetime]]:
    """The buckets from the one that `start` is in to the one that ends at or after `end`."""
    begin = floor(start, bucket)
    while begin < end:
        after = following(begin, bucket)
        yield begin, after
        begin = after


def last(count: int, now: datetime, bucket: Bucket) -> tuple[datetime, datetime]:
    """The window of the last `count` buckets; the last of them is the one `now` is in."""
    start = floor(now, bucket)
    end = following(start, bucket)
    for _ in range(count - 1):
        start = floor(start - timedelta(seconds=1), bucket)
    return start, end


def total(amounts: Iterable[Rates]) -> Rates:
    """The sum."""
    whole = Rates()
    for amount in amounts:
        whole = whole.plus(amount)
    return whole
