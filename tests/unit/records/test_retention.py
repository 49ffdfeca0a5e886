from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gitwf.config.settings import Keep
from gitwf.records.environments import Deployment
from gitwf.records.fold import RunRecord
from gitwf.records.ids import Ids
from gitwf.records.retention import retained

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class At:
    """A clock that stands."""

    def __init__(self, days: float) -> None:
        self._time = NOW - timedelta(days=days)

    def now(self) -> datetime:
        return self._time


NAMES = ("new", "week", "month", "quarter", "year")
RUNS = dict(zip(NAMES, (Ids(At(days)).new() for days in (0, 7, 31, 90, 365)), strict=True))


def record(
    name: str, workflow: str = "w", branch: str = "main", status: str = "failed"
) -> RunRecord:
    return RunRecord(RUNS[name], workflow, "c", "t", branch, "k", status)


def deployed(*names: str) -> list[Deployment]:
    return [Deployment("e", RUNS[name], "w", "c", "main", "k", None, "t") for name in names]


@pytest.mark.parametrize(
    ("keep", "history", "kept"),
    [
        (Keep(env=0, runs=0, days=30), (), "new week"),
        (Keep(env=0, runs=2, days=0), (), "new week"),
        (Keep(env=0, runs=0, days=0), ("year",), "year"),
        (Keep(env=2, runs=0, days=0), ("month", "month", "year", "quarter"), "month year"),
        (Keep(env=5, runs=1, days=0), ("quarter",), "new quarter"),
        (Keep(), (), "new week month quarter year"),
    ],
    ids=["age", "newest", "what-stands", "last-deployed", "together", "defaults"],
)
def test_what_keep_covers(keep: Keep, history: tuple[str, ...], kept: str) -> None:
    runs = [record(name) for name in NAMES]
    found = retained(runs, {"e": deployed(*history)}, keep, NOW)
    assert found == {RUNS[name] for name in kept.split()}


def test_runs_are_counted_for_each_workflow_and_branch() -> None:
    runs = [record("new"), record("week", "other"), record("month", branch="b"), record("year")]
    found = retained(runs, {}, Keep(env=0, runs=1, days=0), NOW)
    assert found == {RUNS[name] for name in ("new", "week", "month")}


def test_what_goes_on_is_kept() -> None:
    runs = [record("new"), record("year", status="running")]
    assert retained(runs, {}, Keep(env=0, runs=0, days=0), NOW) == {RUNS["year"]}
