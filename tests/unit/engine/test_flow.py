"""What the forms of a flow mean (language.md, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.records.event import StepFinished, decode

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps

A, B, C = "/log a", "/log b", "/log c"
F = "/log f 3"

FLOWS: dict[str, tuple[str, str, str]] = {
    "lines": (f"{A}\n{B}", "a b", "succeeded"),
    "a line that fails ends the block": (f"{F}\n{B}", "f", "failed"),
    "; goes on": (f"{F}; {B}", "f b", "succeeded"),
    "; takes the last status": (f"{A}; {F}\n{B}", "a f", "failed"),
    "&& after success": (f"{A} && {B}", "a b", "succeeded"),
    "&& after failure": (f"{F} && {B}", "f", "failed"),
    "|| after success": (f"{A} || {B}", "a", "succeeded"),
    "|| after failure": (f"{F} || {B}", "f b", "succeeded"),
    "&& and || are equal": (f"{A} || {B} && {C}", "a c", "succeeded"),
    "from left to right": (f"{F} && {A} || {B}", "f b", "succeeded"),
    "→ is then": (f"{A} → {B} → {C}", "a b c", "succeeded"),
    "→ after failure": (f"{F} → {B}", "f", "failed"),
    "→ binds looser than ||": (f"{F} || {A} → {B}", "f a b", "succeeded"),
    "a group is one unit": (f"{{ {A}; {F} }} || {B}", "a f b", "succeeded"),
    "a group ends at its failure": (f"{{\n{F}\n{A}\n}} || {B}", "f b", "succeeded"),
    "if true": (f"if:1 < 2 → {A} → {B}", "a", "succeeded"),
    "if false": (f"if:1 > 2 → {A} → {B}", "b", "succeeded"),
    "if false without else": (f"if:false → {A}\n{B}", "b", "succeeded"),
    "if is no bool": (f"$x = 1\nif:$x → {A}", "", "failed"),
    "an arm that fails": (f"if:true → {F} → {A}\n{B}", "f", "failed"),
    "try": (f"try: {A} → catch: {B} → finally: {C}", "a c", "succeeded"),
    "try catches": (f"try: {F} → catch: {B} → finally: {C}", "f b c", "succeeded"),
    "a catch that fails": (f"try: {F} → catch: {F} → finally: {C}\n{A}", "f f c", "failed"),
    "finally without catch": (f"try: {F} → finally: {C}\n{A}", "f c", "failed"),
    "a finally that fails": (f"try: {A} → finally: {F}\n{B}", "a f", "failed"),
    "on_success": (f"on_success → {B}\non_failure → {C}\n{A}", "a b", "succeeded"),
    "on_failure": (f"on_success → {B}\non_failure → {C}\n{F}", "f c", "failed"),
    "on_exit is last": (f"on_exit → {B}\non_failure → {C}\n{F}", "f c b", "failed"),
    "position does not matter": (f"{F}\non_failure → {C}", "f c", "failed"),
    "several handlers": (f"on_exit → {A}\non_exit → {B}\n{C}", "c a b", "succeeded"),
    "a handler that fails": (f"on_exit → {F}\non_exit → {B}\n{A}", "a f b", "succeeded"),
    "handlers of a group": (f"{{ on_failure → {C}; {F} }} || {B}", "f c b", "succeeded"),
    "a handler of the file only once": (f"on_failure → {C}\n{{ {F} }}", "f c", "failed"),
    "a caught failure is none": (f"on_failure → {C}\ntry: {F} → catch: {A}", "f a", "succeeded"),
    "a handler is no status": (f"{{ {A}; on_exit → {F} }} && {B}", "a f b", "succeeded"),
}


@pytest.mark.parametrize(("workflow", "log", "status"), FLOWS.values(), ids=FLOWS)
def test_flow(play: Play, workflow: str, log: str, status: str) -> None:
    record = play(workflow)
    assert (" ".join(play.log()), record.status) == (log, status)


SHOWN: dict[str, tuple[str, list[str]]] = {
    "the status of a failure": (f"{F}; /log $status", ["f", "3"]),
    "the status of success": (f"{F}; {A}; /log $status", ["f", "a", "0"]),
    "the status after a catch": (f"try: {F} → catch: {A}\n/log $status", ["f", "a", "0"]),
    "the status of a group is not its handler's": (
        f"{{ {F}; on_exit → {A} }}; /log $status",
        ["f", "a", "3"],
    ),
    "the status of an if without an arm to play": (
        f"{F}; if:false → {A} ; /log $status",
        ["f", "0"],
    ),
    "the status of a case without a branch that fits": (
        f"{F}; case:1\n  ↳ 2 → {A}\n/log $status",
        ["f", "0"],
    ),
    "the result": (f"{A}\n/log $result", ["a", "a"]),
    "the result of a group is its last unit's": (f"{{ {A}; {B} }} > x\n/log $x", ["a", "b", "b"]),
    "an assignment of a value": ("$x = 0.10 + 0.2\n/log $x", ["0.3"]),
    "an assignment keeps the spelling": ("$x = 0.10\n/log $x", ["0.10"]),
    "an assignment of a result": (f"$x = {A}\n/log $x-$x", ["a", "a-a"]),
    "an assignment of a failure sets nothing": (
        f"$x = 1\n$x = {F} || {A}\n$x = {F}; /log $x",
        ["f", "a", "f", "a"],
    ),
    "a variable of a group is the run's": ("{ $x = 1 }\n/log $x", ["1"]),
    "a redirect into a variable": (f"{A} > x\n/log $x", ["a", "a"]),
    "a redirect into a named variable": (f"{A} > $x\n/log $x", ["a", "a"]),
    "the result of a failure": (
        'define:/x\n  ↳ run → echo \'{"n": 4}\'; exit 3\n/x || /log "${result.n} $status"',
        ["4 3"],
    ),
    "the error in a catch": (
        f'try: {F} → catch: /log "${{error.command}} ${{error.kind}} ${{error.status}} ${{error.step}}"',
        ["f", "/log exit 3 2/try"],
    ),
    "the error in a catch, around another one": (
        f"try: {F} → catch: {{ try: /log g 4 → catch: {A} ; /log ${{error.status}} }}",
        ["f", "g", "a", "3"],
    ),
    "the error ends with its catch": (
        f"try: {F} → catch: {A}\n{{ {F} }} || /log ${{error ?? 'none'}}",
        ["f", "a", "f", "none"],
    ),
    "the error of a block is not that of its handler": (
        f"on_exit → /log ${{error.status}}\n{{ on_failure → {A} ; /log g 4 }} || {F}",
        ["g", "a", "f", "3"],
    ),
    "the error in a finally": (
        f"{{ try: {F} → finally: /log ${{error.status}} }} ; try: {A} → finally: /log ${{error ?? 'none'}}",
        ["f", "3", "a", "none"],
    ),
    "the error in a finally behind a catch": (
        f"{{ try: {F} → catch: /log g 4 → finally: /log ${{error.status}} }} ; try: {F} → catch: {A} → finally: /log ${{error.status}}",
        ["f", "g", "4", "f", "a", "3"],
    ),
    "the error in a handler": (
        f'on_failure → /log "${{error.kind}} ${{error.message}}"\n{F}',
        ["f", "exit `/log` exited with 3"],
    ),
}


@pytest.mark.parametrize(("workflow", "log"), SHOWN.values(), ids=SHOWN)
def test_variables(play: Play, workflow: str, log: list[str]) -> None:
    play(workflow)
    assert play.log() == log


FAILS: dict[str, tuple[str, str, str]] = {
    "exit": (F, "exit", "`/log` exited with 3"),
    "its last words": (
        "define:/x\n  ↳ run → echo first >&2; echo 'no data' >&2; exit 4\n/x",
        "exit",
        "`/x` exited with 4: no data",
    ),
    "a signal": (
        "define:/x\n  ↳ run → kill -9 $$$$\n/x",
        "exit",
        "`/x` was killed by SIGKILL (exit 137)",
    ),
    "/fail": ('/fail "the gate is shut" 7', "exit", "the gate is shut"),
    "a field that is not there": (
        "$x = ${run.nothing}\n/log $x",
        "type",
        "there is no field `nothing`",
    ),
    "an argument that does not fit": (
        '$x = "many"\n/log a $x',
        "type",
        "`code` of `/log` is a whole number, not `many`",
    ),
    "a folder that is not there": (
        "define:/x\n  ↳ run  → true\n  ↳ wdir → nowhere\n/x",
        "start",
        "`/x` could not be started: there is no folder `nowhere`",
    ),
    "a secret that is not there": (
        "define:/x\n  ↳ run     → true\n  ↳ secrets → API_TOKEN\n/x",
        "start",
        "the secret `API_TOKEN` is not in the controller's environment",
    ),
    "a time limit": (
        "define:/x\n  ↳ run     → sleep 100\n  ↳ timeout → 100ms\n/x",
        "timeout",
        "`/x` did not end in 0.1 s",
    ),
    "a time limit that a command hides": (
        "define:/x\n  ↳ run     → trap 'exit 0' TERM; sleep 100 & wait\n  ↳ timeout → 100ms\n/x",
        "timeout",
        "`/x` did not end in 0.1 s",
    ),
}


@pytest.mark.parametrize(("workflow", "kind", "message"), FAILS.values(), ids=FAILS)
def test_how_a_run_fails(play: Play, workflow: str, kind: str, message: str) -> None:
    record = play(workflow)
    assert record.status == "failed"
    assert record.error is not None
    assert record.error.kind == kind
    assert record.error.message.startswith(message)


BRUNCH = "define:/show of\n  ↳ run → echo $of ${of.brunch}\n"

FAULTS = {
    "a condition": (
        '/log a\nif:$run.brunch == "a" → /log b',
        "main.wf:5:4: there is no field `brunch`: did you mean `branch`?",
    ),
    "an assignment": (
        "$x = ${1 + run.brunch}",
        "main.wf:4:12: there is no field `brunch`: did you mean `branch`?",
    ),
    "an argument": (
        "/log ${run.brunch}",
        "main.wf:4:8: there is no field `brunch`: did you mean `branch`?",
    ),
    "an argument of a built-in command": (
        '/echo ${read("nowhere")}',
        "main.wf:4:9: there is no file `nowhere`",
    ),
    "a run line": (
        f"{BRUNCH}/show $run",
        "main.wf:5:22: there is no field `brunch`: did you mean `branch`?",
    ),
}


@pytest.mark.parametrize(("workflow", "words"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_in_the_text_has_its_place_and_what_to_do(
    play: Play, workflow: str, words: str
) -> None:
    record = play(workflow)
    assert record.error is not None
    assert (record.error.kind, record.error.words) == ("type", words)
    bodies = [decode(bytes(step)).body for step in record.steps]
    failed = [body.error for body in bodies if isinstance(body, StepFinished) and body.error]
    assert failed in ([], [record.error])


def test_every_command_is_a_step_on_record(play: Play, steps: type[Steps]) -> None:
    record = play(f'{A} && {F} || {B}\nif:true → {{ {C}\n$x = "many"\n/log c $x }}')
    assert steps(record).outcomes() == [
        ("2/1", "/log", "succeeded"),
        ("2/2", "/log", "failed"),
        ("2/3", "/log", "succeeded"),
        ("3/then/1", "/log", "succeeded"),
        ("3/then/3", "/log", "failed"),
    ]


def test_a_field_retry_plays_again(play: Play, steps: type[Steps]) -> None:
    command = "define:/x\n  ↳ run   → echo x >> log; test $$(wc -l < log) = 3\n  ↳ retry → 5\n"
    record = play(f"{command}/x")
    assert steps(record).outcomes() == [
        ("3", "/x", "failed"),
        ("3[1]", "/x", "failed"),
        ("3[2]", "/x", "succeeded"),
    ]
    assert (record.status, record.executed) == ("succeeded", 1)


def test_a_field_retry_gives_up(play: Play) -> None:
    record = play("define:/x\n  ↳ run   → echo x >> log; exit 9\n  ↳ retry → 2\n/x")
    assert (record.status, play.log()) == ("failed", ["x", "x", "x"])
    assert record.error is not None
    assert record.error.message == "`/x` exited with 9"


def test_commands_count_but_not_built_in_ones_and_handlers(play: Play) -> None:
    record = play(f"on_exit → {A}\n{A}\n/echo hi\n{F} || {B}")
    assert (record.executed, record.restored) == (3, 0)


REDIRECTS: dict[str, tuple[str, str, str]] = {
    "whole": ("/echo hi > out.txt", "out.txt", "hi\n"),
    "over what was there": ("/echo a > o.txt; /echo b > o.txt", "o.txt", "b\n"),
    "at the end": ("/echo a > o.txt; /echo b >> o.txt", "o.txt", "a\nb\n"),
    "at the end of nothing": ("/echo b >> o.txt", "o.txt", "b\n"),
    "folders are made": ("/echo a > a/b/c.txt", "a/b/c.txt", "a\n"),
    "of a group": (f"{{ {A}; {B} }} > o.txt", "o.txt", "a\nb\n"),
    "of a command": (f"{A} > o.txt", "o.txt", "a\n"),
    "a value in the path": ("$x = 0.10\n/echo a > ${x}.txt", "0.10.txt", "a\n"),
    "without a line end": (
        "define:/x\n  ↳ run → printf 'a\\nb'\n/x > o.txt",
        "o.txt",
        "a\nb",
    ),
}


@pytest.mark.parametrize(("workflow", "path", "text"), REDIRECTS.values(), ids=REDIRECTS)
def test_a_redirect(play: Play, workflow: str, path: str, text: str) -> None:
    assert play(workflow).status == "succeeded"
    assert play.text(path) == text
    assert not [p for p in (play.path / path).parent.iterdir() if p.name.startswith(".wf-")]


def test_a_redirect_of_what_fails_writes_nothing(play: Play) -> None:
    play(f"/echo old > o.txt; {F} > o.txt; {F} > new.txt; {F} >> o.txt")
    assert play.text("o.txt") == "old\n"
    assert not (play.path / "new.txt").exists()


@pytest.mark.parametrize("path", ["../out.txt", "/tmp/out.txt", ".git/config", "link/x.txt"])
def test_a_redirect_stays_inside(play: Play, path: str) -> None:
    outside = play.path.parent / "outside"
    outside.mkdir()
    (play.path / "link").symlink_to(outside)
    record = play(
        f'$p = "{path}"\n/echo a > ./${{p}}'
        if path[0] != "/"
        else f'$p = "{path}"\n/echo a > ${{p}}.x'
    )
    assert record.status == "failed"
    assert record.error is not None
    assert record.error.kind == "path"
    assert list(outside.iterdir()) == []


COUNTED: dict[str, tuple[str, int]] = {
    "one that ran": (A, 1),
    "one that failed": (F, 1),
    "built-in commands": ("/echo a", 0),
    "for lack of a secret": (FAILS["a secret that is not there"][0], 0),
    "for lack of a folder": (FAILS["a folder that is not there"][0], 0),
    "after one that ran": (
        FAILS["a secret that is not there"][0].replace("\n/x", f"\n{A} && /x"),
        1,
    ),
}


@pytest.mark.parametrize(("workflow", "executed"), COUNTED.values(), ids=COUNTED)
def test_what_counts_as_executed(play: Play, workflow: str, executed: int) -> None:
    """A command that never began does not."""
    record = play(workflow)
    assert (record.executed, record.restored) == (executed, 0)
