"""The clock, and rate limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.emulator.clock import Clock, stamp
from tests.emulator.limits import Limiter

T = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Real:
    """Real time, for a test to move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_time_goes_at_its_speed_and_jumps() -> None:
    real = Real()
    clock = Clock(T, speed=60, real=real)
    real.now += 1.99
    assert stamp(clock.now()) == "2026-11-22T10:01:59Z"
    clock.go(0)
    real.now += 1000
    clock.advance(1)
    assert stamp(clock.now()) == "2026-11-22T10:02:00Z"


def test_waiting_for_a_time() -> None:
    clock = Clock(T, speed=60, real=Real())
    assert clock.real_seconds_until(T + timedelta(minutes=2)) == 2
    assert clock.real_seconds_until(T) == 0
    clock.go(0)
    assert clock.real_seconds_until(T + timedelta(seconds=1)) == float("inf")


def test_sixty_requests_a_minute() -> None:
    real = Real()
    limiter = Limiter(real=real)
    assert [limiter.exceeded("key") for _ in range(60)] == [None] * 60
    real.now = 48.2
    assert limiter.exceeded("key") == ("minute", 12)
    assert limiter.headers("key") == {
        "RateLimit": '"minute";r=0;t=12, "hour";r=2940;t=3552, "day";r=49940;t=86352',
        "RateLimit-Policy": '"minute";q=60;w=60, "hour";q=3000;w=3600, "day";q=50000;w=86400',
    }
    assert limiter.exceeded("another key") is None
    real.now = 60
    assert limiter.exceeded("key") is None


def test_three_thousand_requests_an_hour() -> None:
    real = Real()
    limiter = Limiter(real=real)
    for minute in range(50):
        real.now = minute * 60
        assert [limiter.exceeded("key") for _ in range(60)] == [None] * 60
    real.now = 3000
    assert limiter.exceeded("key") == ("hour", 600)


def test_windows_can_be_shorter_for_tests_or_not_there_at_all() -> None:
    real = Real()
    limiter = Limiter(1 / 60, real=real)
    assert [limiter.exceeded("key") for _ in range(61)] == [None] * 60 + [("minute", 1)]
    real.now = 1
    assert limiter.exceeded("key") is None
    limiter.scale = 0
    assert [limiter.exceeded("key") for _ in range(200)] == [None] * 200
    assert limiter.headers("key") == {}
