"""Time over several playings of a run: deadlines, pauses and the order of events."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.recorder import Files, RunRecorder
from gitwf.engine.replay.timers import Timers, elapsed
from gitwf.records.clock import parse, spell
from gitwf.records.event import (
    Body,
    Event,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    TimerStarted,
    VariableSet,
)
from gitwf.records.journal import Journal, path_of
from gitwf.records.store import Records
from gitwf.targets.job import JobSpec
from gitwf.targets.local import LocalTarget

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play

    from gitwf.repo.repository import Repository

BEGAN = datetime(2026, 11, 22, 10, tzinfo=UTC)


class At:
    """A clock that stands, until it is set."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time


class Heard:
    """Hears events and keeps what they say."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []

    def emit(self, body: Body, _extra: object = None) -> Event:
        self.bodies.append(body)
        return Event("", "", 0, None, body)


@pytest.mark.parametrize(
    ("seconds", "left"), [(0, 10), (4, 6), (10, 0), (1000, 0), (-500, 10)], ids=str
)
def test_what_is_left_of_a_timer(seconds: float, left: float) -> None:
    event = Event(spell(BEGAN), "1", 0, "R", TimerStarted("3", 10.0))
    heard = Heard()
    clock = At(BEGAN + timedelta(seconds=seconds))
    assert Timers(heard, Memory([event]), clock).left("3", 99.0) == left
    assert heard.bodies == []


def test_a_timer_that_begins_is_recorded() -> None:
    heard = Heard()
    assert Timers(heard, Memory(), At(BEGAN)).left("3", 10.0) == 10.0
    assert heard.bodies == [TimerStarted("3", 10.0)]


def test_a_clock_that_was_set_back() -> None:
    assert elapsed(spell(BEGAN), BEGAN - timedelta(hours=1)) == 0.0


def test_events_keep_their_order_whatever_the_clock_says(repository: Repository) -> None:
    head = repository.commit("HEAD")
    assert head is not None
    clock = At(BEGAN)
    records = Records(repository, clock)
    run = records.ids.new()
    journal = Journal(path_of(repository.state_dir, run))
    recorder = RunRecorder(records, run, head.id, b"{}", journal, Files)
    started = RunStarted("main.wf", head.id, head.tree, "main", "k", "commit")
    bodies = [started, *(StepStarted(str(number), "/echo") for number in range(4))]
    for hours, body in zip((0, 0, -1, 2, 1), bodies, strict=True):
        clock.time = BEGAN + timedelta(hours=hours)
        recorder.emit(body)
    events = journal.read()
    recorder.close()
    assert [event.body for event in sorted(events, key=lambda event: event.order)] == bodies
    assert len({event.at for event in events}) == len(events)


def _age(play: Play, events: Sequence[Event], seconds: float) -> None:
    """Leave ``events`` in the journal, as if all had happened so many seconds earlier."""
    play.journal.unlink()
    with Journal(play.journal) as journal:
        for event in events:
            at = spell(parse(event.at) - timedelta(seconds=seconds))
            journal.append(msgspec.structs.replace(event, at=at))
    for place in (play.journal.parent / "jobs", play.path / "log"):
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


DEADLINE = "{ timeout:60s → { /log a; /log b } } || /log c\n/log d"


@pytest.mark.parametrize(
    ("ended", "log"),
    [(0, ["c", "d"]), (1, ["c", "d"]), (2, ["d"])],
    ids=["nothing begun", "in the arm", "after the arm"],
)
def test_a_deadline_that_passed_while_nobody_played(play: Play, ended: int, log: list[str]) -> None:
    play(DEADLINE)
    events = play.events()
    ends = [n for n, event in enumerate(events) if isinstance(event.body, StepFinished)]
    begun = next(n for n, event in enumerate(events) if isinstance(event.body, TimerStarted))
    _age(play, events[: [begun, *ends][ended] + 1], 100.0)
    assert play.again().status == "succeeded"
    assert play.log() == log


def test_a_pause_is_not_made_twice(play: Play) -> None:
    play("{ retry:1 delay:1s → /log a 1 } || /log b")
    events = play.events()
    begun = next(n for n, event in enumerate(events) if isinstance(event.body, TimerStarted))
    aged = msgspec.structs.replace(
        events[begun],
        body=TimerStarted(events[begun].body.step, 90.0),  # type: ignore[attr-defined]
    )
    _age(play, [*events[:begun], aged], 100.0)
    assert play.again().status == "succeeded"
    assert play.log() == ["a", "b"]


def test_a_run_lasts_from_its_start(play: Play) -> None:
    play("$x = 1\n/log a\n/log b")
    events = [event for event in play.events() if not isinstance(event.body, RunFinished)]
    assert any(isinstance(event.body, VariableSet) for event in events)
    _age(play, events, 1000.0)
    seconds = play.again().seconds
    assert seconds is not None
    assert seconds >= 1000.0


def test_the_time_of_a_job_counts_from_its_start(play: Play) -> None:
    play("define:/hang\n  ↳ run     → exit 1\n  ↳ timeout → 1h\n/hang || /log late")
    events = play.events()
    begun = next(n for n, event in enumerate(events) if isinstance(event.body, StepStarted))
    body = events[begun].body
    assert isinstance(body, StepStarted)
    _age(play, events[: begun + 1], 0.0)
    folder = play.journal.parent / "jobs" / body.step.replace("/", ".")
    job = LocalTarget().start(folder, JobSpec(("sleep", "100"), str(play.path), play.environment))
    while (began := job.folder.began()) is None:
        time.sleep(0.01)
    os.utime(folder / "pid", (began - 7200, began - 7200))
    assert play.again().status == "succeeded"
    job.wait()
    assert play.log() == ["late"]
    ended = next(event.body for event in play.events() if isinstance(event.body, StepFinished))
    assert ended.status == "timeout"
    assert ended.error is not None
    assert ended.error.message == "`/hang` did not end in 3600 s"
