"""What a retry keeps of the run that it retries."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitwf.engine.replay.earlier import Earlier, lost_steps, precedes
from gitwf.engine.replay.steps import Call
from gitwf.records.event import Body, Event, FileKept, StepFinished, StepStarted

PLACES = {
    "a line before another": ("1", "2", True),
    "a line behind another": ("2", "1", False),
    "ten behind nine": ("9", "10", True),
    "itself": ("1", "1", False),
    "a part of it": ("1", "1/then", False),
    "deep in a line before": ("1/then/3", "2", True),
    "items of a line": ("2.1", "2.2", True),
    "an item and the next line": ("2.1", "3", True),
    "in one block": ("4/then/1", "4/then/2", True),
    "the two arms of an if": ("4/then", "4/else", False),
    "branches": ("4[0]", "4[1]", False),
    "parts of branches": ("4[0]/2", "4[1]/1", False),
    "a line before branches": ("3", "4[1]/1", True),
    "branches and the next line": ("4[1]/1", "5", True),
}


@pytest.mark.parametrize(("first", "second", "expected"), PLACES.values(), ids=PLACES)
def test_one_step_comes_before_another(
    first: str,
    second: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert precedes(first, second) is expected


def event(body: Body) -> Event:
    return Event("2026-11-22T10:46:54.123456Z", "01A", 0, "R", body)


def finished(step: str, status: str = "succeeded", command: str = "/a") -> Event:
    return event(StepFinished(step, command, ("x",), status=status))


def kept(*events: Event, has_files: bool = True, done_by: str | None = None) -> set[str]:
    """Return the steps whose plain commands are kept."""
    earlier = Earlier("R", events, Path(), lambda _: True, has_files=has_files, done_by=done_by)
    steps = [e.body.step for e in events if isinstance(e.body, StepFinished)]
    return {step for step in steps if earlier.ended(Call(step, "/a", ("x",)), None)}


KEPT: dict[str, tuple[tuple[Event, ...], set[str]]] = {
    "what came before the failure": ((finished("1"), finished("2", "failed")), {"1"}),
    "nothing behind one that failed": (
        (finished("1", "failed"), finished("2"), finished("3", "failed")),
        set(),
    ),
    "other trials": ((finished("1[0]"), finished("1[1]", "failed"), finished("1[2]")), {"1[0]", "1[2]"}),
    "not what was cancelled": ((finished("1[0]", "cancelled"), finished("1[1]")), {"1[1]"}),
    "not what the failure called for": (
        (finished("1"), finished("2/try", "failed"), finished("2/catch"), finished("5/on_exit")),
        {"1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("events", "expected"), KEPT.values(), ids=KEPT)
def test_what_is_kept(events: tuple[Event, ...], expected: set[str]) -> None:
    assert kept(*events) == expected


def test_nothing_is_kept_without_the_files() -> None:
    assert kept(finished("1"), has_files=False) == set()


def test_another_call_is_not_answered() -> None:
    earlier = Earlier("R", [finished("1")], Path(), lambda _: True, has_files=True, done_by=None)
    assert earlier.ended(Call("1", "/a", ("y",)), None) is None
    assert earlier.ended(Call("1", "/b", ("x",)), None) is None
    assert earlier.ended(Call("2", "/a", ("x",)), None) is None


EFFECT = Call("2", "/a", ("x",))
LOST = (event(StepStarted("2", "/a", ("x",))),)
EFFECTS: dict[str, tuple[tuple[Event, ...], bool, str | None, str | None]] = {
    "it succeeded": ((finished("2"),), True, None, "kept from run R"),
    "though what came before did not": (
        (finished("1", "failed"), finished("2")),
        True,
        None,
        "kept from run R",
    ),
    "at a later attempt": ((finished("2", "failed"), finished("2[1]")), True, None, "kept from run R"),
    "somebody else replaced it": ((finished("2"),), False, None, None),
    "it failed": ((finished("2", "failed"),), True, None, None),
    "it was lost": ((*LOST, finished("2", "lost")), True, None, None),
    "it was lost, and is done": (
        (*LOST, finished("2", "lost")),
        False,
        "Ada",
        "taken as done by Ada",
    ),
    "its end was never recorded, and it is done": (LOST, False, "Ada", "taken as done by Ada"),
    "it never began": ((), True, "Ada", None),
}  # fmt: skip


@pytest.mark.parametrize(("events", "stands", "done_by", "reason"), EFFECTS.values(), ids=EFFECTS)
@pytest.mark.parametrize("has_files", [True, False], ids=["with-files", "without"])
def test_an_effect(
    events: tuple[Event, ...],
    stands: bool,  # noqa: FBT001
    done_by: str | None,
    reason: str | None,
    has_files: bool,  # noqa: FBT001
) -> None:
    earlier = Earlier("R", events, Path(), lambda _: stands, has_files=has_files, done_by=done_by)
    ended = earlier.ended(EFFECT, "production")
    assert (ended.reason if ended else None) == reason
    assert ended is None or (ended.cached and ended.outcome.succeeded)


def test_files_that_were_written_are_not_written_again() -> None:
    files = [event(FileKept(step, "log", "h")) for step in ("1", "3", "4/catch")]
    events = [*files, finished("2", "failed")]
    with_files = Earlier("R", events, Path(), lambda _: True, has_files=True, done_by=None)
    without = Earlier("R", events, Path(), lambda _: True, has_files=False, done_by=None)
    assert [e.body for e in with_files.files()] == [files[0].body]
    assert list(without.files()) == []


def test_lost_steps() -> None:
    events = [
        event(StepStarted("1", "/deploy")),
        finished("1", "lost", "/deploy"),
        event(StepStarted("2", "/train")),
        event(StepStarted("3", "/deploy")),
        event(StepStarted("4", "/deploy")),
        finished("4", "failed", "/deploy"),
    ]
    assert [body.step for body in lost_steps(events, ["/deploy"])] == ["1", "3"]
