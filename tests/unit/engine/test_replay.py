"""A run that is played again: what is in its journal is not done twice."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING

import pytest

from gitwf.engine.outcome import Kind
from gitwf.engine.stop import CANCELLED
from gitwf.records.event import EnvironmentChanged, Event, RunFinished, StepStarted

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps

A, B, C = "/log a", "/log b", "/log c"
F = "/log f 3"

WORKFLOWS = {
    "lines": f"{A}\n{B}",
    "a chain": f"{F} || {B} && {C}",
    "handlers": f"on_failure → {C}\non_exit → {B}\n{F}",
    "try": f"try: {F} → catch: {B} → finally: {C}",
    "variables": f'$x = {A}\n$y = {B}\nif:$x == "a" → /log $y',
    "a group": f"{{ {A}; {B} }} > both\n/log $both",
    "a type error": f'$x = "many"\n{A} || {B}\n/log c $x',
}


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_playing_it_all_again_executes_nothing(play: Play, workflow: str) -> None:
    first = play(workflow)
    log = play.log()
    play.forget(1)
    again = play.again()
    assert play.log() == log
    assert (again.status, again.steps, again.executed) == (
        first.status,
        first.steps,
        first.executed,
    )
    assert again.error == first.error


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_wherever_it_was_cut_off_it_comes_to_the_same(
    play: Play, steps: type[Steps], workflow: str
) -> None:
    first = play(workflow)
    log = play.log()
    for events in range(2, len(play.events())):
        play.forget(events)
        again = play.again()
        assert (again.status, play.log()) == (first.status, log)
        assert steps(again).outcomes() == steps(first).outcomes()


def test_a_run_that_is_over_gets_no_second_end(play: Play) -> None:
    first = play(A)
    assert play.again() == first
    assert sum(isinstance(event.body, RunFinished) for event in play.events()) == 1


def test_output_is_there_for_a_redirect_that_was_cut_off(play: Play) -> None:
    play("/echo hi > out.txt\n/log a > log.txt")
    play.forget(1)
    for name in ("out.txt", "log.txt"):
        (play.path / name).unlink()
    play.again()
    assert (play.text("out.txt"), play.text("log.txt")) == ("hi\n", "a\n")


DEPLOY = """\
define:/deploy
  ↳ run    → echo deployed >> log
  ↳ effect → production
  ↳ retry  → 3
"""


def test_an_effect_is_not_begun_again_where_its_end_is_known(play: Play) -> None:
    first = play(f"{DEPLOY}/deploy\n{A}")
    play.forget(3)
    again = play.again()
    assert (again.status, again.envs[0].state) == ("succeeded", "deployed")
    assert [env.since for env in again.envs] == [env.since for env in first.envs]
    assert play.log() == ["deployed", "a"]


def test_an_effect_that_ended_unseen_is_taken_up(play: Play) -> None:
    play(f"{DEPLOY}/deploy")
    deployed = next(n for n, e in enumerate(play.events()) if isinstance(e.body, StepStarted))
    play.forget(len(play.events()) - deployed - 1)
    assert play.again().status == "succeeded"
    assert play.log() == ["deployed"]
    assert sum(isinstance(event.body, EnvironmentChanged) for event in play.events()) == 1


def test_a_lost_effect_is_refused_and_not_tried_again(play: Play) -> None:
    play(f"{DEPLOY}/deploy")
    deployed = next(n for n, e in enumerate(play.events()) if isinstance(e.body, StepStarted))
    play.forget(len(play.events()) - deployed - 1)
    shutil.rmtree(play.journal.parent / "jobs")
    again = play.again()
    assert again.status == "failed"
    assert again.error is not None
    assert again.error.kind == "lost"
    assert again.error.message == (
        "nobody knows whether `/deploy` changed `production`: its job is gone"
    )
    assert [(env.env, env.state) for env in again.envs] == [("production", "unknown")]
    assert play.log() == ["deployed"]


def test_a_command_that_was_begun_and_is_gone_is_played(play: Play) -> None:
    play(A)
    play.forget(2)
    shutil.rmtree(play.journal.parent / "jobs")
    assert play.again().status == "succeeded"
    assert play.log() == ["a", "a"]


STOPPED = {
    "what follows": ("/sleep 100; /log a", ""),
    "a command": ("define:/s\n  ↳ run → echo s >> log; sleep 100\n/s || /log a", "s"),
    "finally": ("try: /sleep 100 → catch: /log a → finally: /log b", "b"),
    "handlers": ("on_failure → /log a\non_exit → /log b\non_exit → /log c\n/sleep 100", "b c"),
    "of groups too": ("{ on_exit → /log a\n/sleep 100 }; /log b\non_exit → /log c", "a c"),
    "the rest of the handlers": ("on_success → /sleep 100\non_exit → /log b\n/log a", "a b"),
    "a retry": ("define:/s\n  ↳ run   → echo s >> log; sleep 100\n  ↳ retry → 3\n/s", "s"),
}


@pytest.mark.parametrize(("workflow", "log"), STOPPED.values(), ids=STOPPED)
def test_a_run_that_is_cancelled(play: Play, workflow: str, log: str) -> None:
    def stop(command: str) -> None:
        while command == "/s" and "s" not in play.log():
            time.sleep(0.01)
        play.stop.set(CANCELLED)

    def listen(event: Event) -> None:
        body = event.body
        if isinstance(body, StepStarted) and body.command in ("/sleep", "/s"):
            threading.Thread(target=stop, args=(body.command,)).start()

    record = play(workflow, listen)
    assert (record.status, " ".join(play.log())) == ("cancelled", log)
    assert record.error is not None
    assert record.error.kind == Kind.CANCELLED
