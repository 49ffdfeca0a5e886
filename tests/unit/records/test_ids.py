"""Ids: ULIDs that rise within a process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from gitwf.records.clock import SystemClock, parse, spell
from gitwf.records.ids import Ids, is_id, time_of


class Stopped:
    def __init__(self, *times: datetime) -> None:
        self._times = list(times)

    def now(self) -> datetime:
        return self._times.pop(0) if len(self._times) > 1 else self._times[0]


NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def test_an_id_tells_its_time() -> None:
    made = Ids(Stopped(NOON)).new()
    assert is_id(made)
    assert time_of(made) == NOON.replace(microsecond=123000)


def test_the_example_of_the_specification() -> None:
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1469918176385)
    assert Ids(Stopped(time)).new()[:10] == "01ARYZ6S41"


def test_ids_rise_within_a_millisecond_and_when_the_clock_goes_back() -> None:
    ids = Ids(Stopped(NOON, NOON, NOON.replace(hour=11), NOON))
    made = [ids.new() for _ in range(4)]
    assert made == sorted(set(made))
    assert len({id_[:10] for id_ in made}) == 1


def test_an_id_after_one_of_a_clock_that_was_ahead() -> None:
    ahead = Ids(Stopped(NOON.replace(year=2031))).new()
    ids = Ids(Stopped(NOON))
    made = [ids.new(after=ahead), ids.new(after=ahead)]
    assert ahead < made[0] < made[1]
    assert time_of(made[0]) == time_of(ahead) + timedelta(milliseconds=1)
    assert Ids(Stopped(NOON.replace(year=2032))).new(after=ahead) > made[1]


def test_the_last_ids_there_can_be_hold_nobody_up() -> None:
    last = "76EZ91ZPZZ" + "Z" * 16
    assert is_id(last)
    assert time_of(Ids(Stopped(NOON)).new(after=last)) == NOON.replace(microsecond=123000)


def test_threads_get_different_ones() -> None:
    ids = Ids(SystemClock())
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new(), range(2000)))
    assert len(set(made)) == 2000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01KXYZ",
        "0" * 27,
        "8" + "0" * 25,
        "U" + "0" * 25,
        "01kxyz" + "0" * 20,
        pytest.param("76EZ91ZQ00" + "0" * 16, id="of the year 10000"),
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text)


def test_times_have_a_fixed_width() -> None:
    whole = NOON.replace(microsecond=0)
    assert spell(whole) == "2026-11-22T12:00:00.000000Z"
    assert parse(spell(NOON)) == NOON
