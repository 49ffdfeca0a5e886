"""For how long nothing was heard of a run: what this process has seen, whatever clocks say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gitwf.reconcile.heard import ALLOWANCE, Heard

if TYPE_CHECKING:
    from tests.conftest import Folder

    from gitwf.repo.repository import Repository

HOUR = 3600.0


class Hands:
    """Two clocks that the test sets: the one on the wall, and one that nobody can set."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.passed = 0.0

    def now(self) -> datetime:
        return self.at

    def go(self, seconds: float) -> None:
        self.passed += seconds
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def hands(repository: Repository) -> Hands:
    commit = repository.commit("HEAD")
    assert commit is not None
    return Hands(commit.at)


@pytest.fixture
def heard(repository: Repository, hands: Hands) -> Heard:
    return Heard(repository, hands, lambda: hands.passed)


def test_what_this_process_has_seen_counts(folder: Folder, heard: Heard, hands: Hands) -> None:
    tip = folder.git("rev-parse", "HEAD")
    assert heard.silence("R", tip, "m:c") == 0.0
    hands.go(50)
    assert heard.silence("R", tip, "m:c") == 50.0
    other = folder.commit({"x": "1"})
    assert heard.silence("R", other, "m:c") == 0.0
    hands.go(7)
    assert heard.silence("R", other, "m:c") == 7.0


def test_a_clock_that_is_an_hour_off_loses_nothing(
    folder: Folder, heard: Heard, hands: Hands
) -> None:
    tip = folder.git("rev-parse", "HEAD")
    hands.at += timedelta(seconds=HOUR - 1)
    assert heard.silence("R", tip, "m:c") == 0.0
    hands.at -= timedelta(seconds=2 * HOUR)
    assert heard.silence("R", tip, "m:c") == 0.0


def test_one_who_has_just_begun_to_look_goes_by_the_commit(
    folder: Folder, heard: Heard, hands: Hands
) -> None:
    tip = folder.git("rev-parse", "HEAD")
    hands.at += timedelta(seconds=5 * HOUR)
    assert heard.silence("R", tip, "m:c") == 5 * HOUR - ALLOWANCE


def test_an_owner_that_holds_the_lease_lives(folder: Folder, heard: Heard, hands: Hands) -> None:
    tip = folder.git("rev-parse", "HEAD")
    heard.silence("R", tip, "m:c")
    hands.go(9 * HOUR)
    heard.alive = lambda owner: owner == "m:c"
    assert heard.silence("R", tip, "m:c") == 0.0
    heard.alive = lambda _: False
    hands.go(1)
    assert heard.silence("R", tip, "other") > HOUR
    assert heard.silence("R", None, None) == 0.0
