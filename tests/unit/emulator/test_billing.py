"""Money: exact, by the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from tests.emulator import billing
from tests.emulator.billing import Bucket, Meter, Rates, Span

T = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAID = Rates(gpu=Fraction(44, 100))
STORED = Rates(disk=Fraction(1, 100))


def test_a_meter_turns_with_the_rates() -> None:
    meter: Meter = billing.turn((), PAID, T)
    meter = billing.turn(meter, PAID, T + HOUR)
    meter = billing.turn(meter, STORED, T + 2 * HOUR)
    meter = billing.turn(meter, Rates(), T + 5 * HOUR)
    meter = billing.turn(meter, PAID, T + 6 * HOUR)
    assert meter == (
        Span(PAID, T, T + 2 * HOUR),
        Span(STORED, T + 2 * HOUR, T + 5 * HOUR),
        Span(PAID, T + 6 * HOUR),
    )


METER: Meter = (Span(PAID, T, T + HOUR), Span(STORED, T + HOUR))
SPENT = [
    (T, T, Rates()),
    (T, T + timedelta(seconds=1), Rates(gpu=Fraction(44, 360_000))),
    (T - HOUR, T + HOUR, PAID),
    (T + HOUR / 2, T + HOUR, Rates(gpu=Fraction(22, 100))),
    (T, T + 3 * HOUR, Rates(gpu=Fraction(44, 100), disk=Fraction(2, 100))),
    (T + 2 * HOUR, T + 3 * HOUR, STORED),
]


@pytest.mark.parametrize(("start", "end", "amount"), SPENT)
def test_what_a_meter_counted(start: datetime, end: datetime, amount: Rates) -> None:
    assert billing.spent(METER, start, end) == amount


CENTS = [("0.004", 0), ("0.005", 1), ("0.0149", 1), ("1.235", 124)]


@pytest.mark.parametrize(("dollars", "cents"), CENTS)
def test_cents(dollars: str, cents: int) -> None:
    assert billing.cents(Fraction(dollars)) == cents


VOLUMES = [(999, "STANDARD", "69.93"), (1000, "STANDARD", "50"), (100, "HIGH_PERFORMANCE", "14")]


@pytest.mark.parametrize(("size", "kind", "month"), VOLUMES)
def test_a_network_volume_for_a_month(size: int, kind: str, month: str) -> None:
    assert billing.volume_rate(size, kind) * 30 * 24 == Fraction(month)


BUCKETS: list[tuple[Bucket, str, str]] = [
    ("hour", "2026-02-28T13:00:00", "2026-02-28T14:00:00"),
    ("day", "2026-02-28T00:00:00", "2026-03-01T00:00:00"),
    ("week", "2026-02-23T00:00:00", "2026-03-02T00:00:00"),
    ("month", "2026-02-01T00:00:00", "2026-03-01T00:00:00"),
    ("year", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
]


@pytest.mark.parametrize(("bucket", "start", "end"), BUCKETS)
def test_the_bucket_of_a_time(bucket: Bucket, start: str, end: str) -> None:
    moment = datetime(2026, 2, 28, 13, 14, 15, tzinfo=UTC)
    window = billing.last(1, moment, bucket)
    assert [time.isoformat() for time in window] == [f"{start}+00:00", f"{end}+00:00"]
    assert list(billing.buckets(moment, moment + HOUR / 60, bucket)) == [window]


def test_the_last_buckets_end_with_this_one() -> None:
    assert billing.last(3, T, "month") == (
        datetime(2026, 9, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
