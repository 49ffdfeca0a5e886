"""What is shown of what runs, for so many lines."""

from __future__ import annotations

import pytest

from gitwf.cli.board import Board, elapsed
from gitwf.records.event import Body, Event, RunFinished, RunStarted, StepFinished, StepStarted

START = RunStarted("workflows/main.wf", "c", "t", "main", "k", "commit")
END = RunFinished("succeeded", "workflows/main.wf", "c", "main", "k", 1.0)


def board(*heard: tuple[float, Body]) -> Board:
    """Return a board that heard events of one run at these times."""
    made = Board()
    for number, (now, body) in enumerate(heard):
        made.hear(Event("2026-11-22T10:00:00.000000Z", str(number), 0, "R", body), now)
    return made


def begin(*steps: int) -> list[tuple[float, Body]]:
    return [(0.0, START), *((float(n), StepStarted(str(n), f"/step{n}", ("x",))) for n in steps)]


CASES: dict[str, tuple[list[tuple[float, Body]], int, list[tuple[str, str]]]] = {
    "nothing": ([], 10, []),
    "a run that begins": ([(0.0, START)], 10, [("0 done", "1:40")]),
    "a run that is over": ([*begin(1), (3.0, END)], 10, []),
    "a step": (begin(40), 10, [("/step40 x", "1:00"), ("0 done", "1:40")]),
    "a step that ended": (
        [*begin(1, 2), (3.0, StepFinished("1", "/step1"))],
        10,
        [("/step2 x", "1:38"), ("1 done", "1:40")],
    ),
    "as many as there is room for": (
        begin(1, 2),
        3,
        [("/step1 x", "1:39"), ("/step2 x", "1:38"), ("0 done", "1:40")],
    ),
    "more than there is room for": (
        begin(1, 2, 3, 4),
        3,
        [("/step1 x", "1:39"), ("/step2 x", "1:38"), ("2 more running, 0 done", "1:40")],
    ),
    "hardly any room": (begin(1, 2), 1, [("2 more running, 0 done", "1:40")]),
}


@pytest.mark.parametrize(("heard", "height", "expected"), CASES.values(), ids=CASES)
def test_rows(
    heard: list[tuple[float, Body]], height: int, expected: list[tuple[str, str]]
) -> None:
    rows = board(*heard).rows(100.0, height)
    assert [(row.name, row.elapsed) for row in rows] == expected


def test_steps_of_several_runs_are_kept_apart() -> None:
    made = board(*begin(1))
    made.hear(Event("2026-11-22T10:00:00.000000Z", "x", 0, "S", START), 50.0)
    made.hear(Event("2026-11-22T10:00:00.000000Z", "y", 0, "S", StepStarted("1", "/other")), 51.0)
    rows = made.rows(100.0, 10)
    assert [row.name for row in rows] == ["/step1 x", "/other", "0 done"]
    assert [row.running.run for row in rows if row.running] == ["R", "S"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0, "0:00"), (59.9, "0:59"), (60.0, "1:00"), (3599.0, "59:59"), (3723.0, "1:02:03")],
)
def test_a_time_span_as_a_clock_shows_it(seconds: float, shown: str) -> None:
    assert elapsed(seconds) == shown
