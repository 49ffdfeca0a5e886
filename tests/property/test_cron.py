"""Times of crontabs: what is found is what looking at every minute finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gitwf.cron import parse_cron

_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MINUTE = timedelta(minutes=1)
_SPAN = 2 * 24 * 60
SUNDAY = 7


def _fields(limits: tuple[int, int]) -> st.SearchStrategy[str]:
    low, high = limits
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    step = st.integers(1, high).map("/{}".format)
    item = st.one_of(st.just("*"), number.map(str), span)
    stepped = st.builds(str.__add__, st.one_of(st.just("*"), span), step)
    items = st.lists(st.one_of(item, stepped), min_size=1, max_size=3)
    return st.one_of(st.just("*"), items.map(",".join))


_CRONS = st.tuples(*map(_fields, _LIMITS)).map(" ".join)
_TIMES = st.datetimes(datetime(2024, 2, 26), datetime(2028, 3, 2)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)


def _numbers(field: str, limits: tuple[int, int]) -> set[int]:
    """Return what a field means, number by number."""
    return {
        n for n in range(limits[0], limits[1] + 1) for i in field.split(",") if _means(i, n, limits)
    }


def _means(item: str, number: int, limits: tuple[int, int]) -> bool:
    span, _, step = item.partition("/")
    low, _, high = span.partition("-")
    first, last = limits if span == "*" else (int(low), int(high or low))
    return first <= number <= last and (number - first) % int(step or 1) == 0


def _walker(text: str) -> Callable[[datetime], bool]:
    """Return what says of a minute whether ``text`` means it."""
    fields = text.split()
    minutes, hours, days, months, weekdays = map(_numbers, fields, _LIMITS)
    star = fields[2].startswith("*") or fields[4].startswith("*")

    def is_meant(at: datetime) -> bool:
        by_weekday = at.isoweekday() in weekdays or (at.isoweekday() == SUNDAY and 0 in weekdays)
        met = (at.day in days, by_weekday)
        clock = at.minute in minutes and at.hour in hours and at.month in months
        return clock and (all(met) if star else any(met))

    return is_meant


@given(_CRONS, _TIMES)
def test_the_last_and_the_following_time_are_those_of_a_walk(text: str, now: datetime) -> None:
    cron, is_meant = parse_cron(text), _walker(text)
    assert cron is not None
    minute = now.replace(second=0, microsecond=0)
    last, following = cron.last(now), cron.following(now)
    before = (minute - n * _MINUTE for n in range(_SPAN))
    after = (minute + n * _MINUTE for n in range(1, _SPAN))
    assert next(filter(is_meant, before), None) == (last if _near(last, minute) else None)
    assert next(filter(is_meant, after), None) == (following if _near(following, minute) else None)


def _near(at: datetime | None, minute: datetime) -> bool:
    return at is not None and abs(at - minute) < _SPAN * _MINUTE


@given(_CRONS, _TIMES)
def test_each_is_the_other_seen_from_its_side(text: str, now: datetime) -> None:
    cron = parse_cron(text)
    assert cron is not None
    following = cron.following(now)
    if following is not None:
        assert cron.last(following) == following
        assert cron.last(following - _MINUTE) == cron.last(now)
