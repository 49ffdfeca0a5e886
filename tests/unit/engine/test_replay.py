"""A run that is played again: what is in its journal is not done twice."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING

import pytest

from gitwf.engine.unit.outcome import Kind
from gitwf.engine.unit.stop import CANCELLED, Stop
from gitwf.records.event import (
    EnvironmentChanged,
    Event,
    RunCancelling,
    RunFinished,
    StepStarted,
    ValueRead,
)

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps

    from gitwf.records.fold import RunRecord

A, B, C = "/log a", "/log b", "/log c"
F = "/log f 3"

WORKFLOWS = {
    "lines": f"{A}\n{B}",
    "a chain": f"{F} || {B} && {C}",
    "handlers": f"on_failure → {C}\non_exit → {B}\n{F}",
    "try": f"try: {F} → catch: {B} → finally: {C}",
    "variables": f'$x = {A}\n$y = {B}\nif:$x == "a" → /log $y',
    "a group": f"{{ {A}; {B} }} > both\n/log $both",
    "a field that is not there": f'$x = {A}\n$y = ${{run}}\nif:$y.brunch == "b" → {B}',
    "a missing argument": f"{A}\n/log ${{run.brunch}}",
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


@pytest.mark.parametrize("command", ["/echo a", "/log a"])
def test_output_is_there_for_a_redirect_that_was_cut_off(play: Play, command: str) -> None:
    play(f"{command} > out.txt")
    play.forget(2)
    (play.path / "out.txt").unlink()
    play.again()
    assert play.text("out.txt") == "a\n"


@pytest.mark.parametrize("redirect", [">", ">>"])
@pytest.mark.parametrize("ending", [1, 2], ids=["written down", "written"])
def test_a_redirect_writes_once(play: Play, redirect: str, ending: int) -> None:
    play(f"/echo a {redirect} out.txt")
    play.forget(ending)
    play.again()
    assert play.text("out.txt") == "a\n"


def test_what_was_to_be_added_is_added(play: Play) -> None:
    play.path.joinpath("out.txt").write_text("before\n")
    play("/echo a >> out.txt")
    play.forget(2)
    play.path.joinpath("out.txt").write_text("before\n")
    play.again()
    assert play.text("out.txt") == "before\na\n"


def test_what_a_later_command_made_of_a_file_stays(play: Play) -> None:
    define = "define:/end\n  ↳ run → echo end >> out.txt\n"
    play(f"{define}/echo a > out.txt\n/end\n{A}")
    play.forget(3)
    play.again()
    assert play.text("out.txt") == "a\nend\n"


QUESTIONS = {
    "read": ('$x = read("in.txt")\n/log $x', ["old"]),
    "a word": ('/log ${read("in.txt")}', ["old"]),
    "a condition": ('if:exists("in.txt") → /log there → /log not', ["there"]),
    "a subject": ('case:env("IN", "none")\n  ↳ old → /log old\n  ↳ * → /log none', ["none"]),
    "one that is not there": ('{ /log ${read("no.txt")} } || /log none', ["none"]),
    "a parameter": ("/log ${params.rate}", ["0.10"]),
    "twice": ('/log ${read("in.txt")}; /log ${read("in.txt")}', ["old", "old"]),
    "no text": ('{ /log ${read("in.bin")} } || /log no', ["no"]),
    "a long one": ('$x = read("long.txt")\n/log ${len($x)}', ["5000"]),
}


@pytest.mark.parametrize(("workflow", "log"), QUESTIONS.values(), ids=QUESTIONS)
def test_questions_get_the_answers_that_they_got(play: Play, workflow: str, log: list[str]) -> None:
    files = {
        "in.txt": b"old",
        "params.yaml": b"rate: 0.10",
        "in.bin": b"\xff",
        "long.txt": b"x" * 5000,
    }
    for name, content in files.items():
        (play.path / name).write_bytes(content)
    first = play(workflow)
    assert play.log() == log
    for name in files:
        (play.path / name).write_text("a: new")
    (play.path / "no.txt").write_text("there now")
    play.environment["IN"] = "old"
    for count in range(1, len(play.events())):
        play.forget(count)
        if any(isinstance(event.body, StepStarted | ValueRead) for event in play.events()):
            again = play.again()
            assert (again.status, play.log()) == (first.status, log)
            assert again.error == first.error


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


def _cancelled(play: Play, workflow: str) -> RunRecord:
    """Play ``workflow``, and cancel it when `/s` or `/sleep` runs."""

    def stop(command: str) -> None:
        while command == "/s" and "s" not in play.log():
            time.sleep(0.01)
        play.stop.set(CANCELLED)

    def listen(event: Event) -> None:
        body = event.body
        if isinstance(body, StepStarted) and body.command in ("/sleep", "/s"):
            threading.Thread(target=stop, args=(body.command,)).start()

    return play(workflow, listen)


@pytest.mark.parametrize(("workflow", "log"), STOPPED.values(), ids=STOPPED)
def test_a_run_that_is_cancelled(play: Play, workflow: str, log: str) -> None:
    record = _cancelled(play, workflow)
    assert (record.status, " ".join(play.log())) == ("cancelled", log)
    assert record.error is not None
    assert record.error.kind == Kind.CANCELLED


@pytest.mark.parametrize("workflow", [workflow for workflow, _ in STOPPED.values()], ids=STOPPED)
def test_a_crash_while_it_is_cancelled_changes_nothing(
    play: Play, steps: type[Steps], workflow: str
) -> None:
    first = _cancelled(play, workflow)
    log = play.log()
    play.stop = Stop()
    asked = next(n for n, e in enumerate(play.events()) if isinstance(e.body, RunCancelling))
    for count in range(1, len(play.events()) - asked):
        play.forget(count)
        again = play.again()
        assert (again.status, again.error, again.executed) == (
            first.status,
            first.error,
            first.executed,
        )
        assert (play.log(), steps(again).outcomes()) == (log, steps(first).outcomes())
