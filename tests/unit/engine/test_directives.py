"""What each directive means (language.md, section 5), with real processes."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps

A, B, C = "/log a", "/log b", "/log c"
F = "/log f 3"
HANG = "define:/hang\n  ↳ run → echo h >> log; sleep 60; echo never >> log\n"
FLAKY = "define:/flaky fails:int\n  ↳ run → echo x >> log; n=$$(wc -l < log); test $$n -gt $fails\n"

CASES: dict[str, tuple[str, str, str]] = {
    "case: the first that matches": (
        f'$x = "cpu"\ncase:$x\n  ↳ g* → {A}\n  ↳ c*, d* → {B}\n  ↳ * → {C}',
        "b",
        "succeeded",
    ),
    "case: none matches": (f"case:7\n  ↳ 8 → {A}\n{B}", "b", "succeeded"),
    "case: numbers as numbers": (f"case:1.50\n  ↳ 1.5 → {A}\n  ↳ * → {B}", "a", "succeeded"),
    "case: a string is no number": (f'case:"1.50"\n  ↳ 1.5 → {A}\n  ↳ * → {B}', "b", "succeeded"),
    "case: quoted is literal": (
        f'case:"a*"\n  ↳ "a?" → {A}\n  ↳ "a*" → {B}\n  ↳ * → {C}',
        "b",
        "succeeded",
    ),
    "case: null and true": (
        f'case:true\n  ↳ true → {A}\n  ↳ * → {B}\n$n = null\ncase:$n\n  ↳ "" → {C}\n  ↳ * → {B}',
        "a c",
        "succeeded",
    ),
    "case: a branch that fails": (f"case:1\n  ↳ 1 → {F} → {A}\n{B}", "f", "failed"),
    "retry: until it succeeds": (f"{FLAKY}retry:5 → /flaky 2", "x x x", "succeeded"),
    "retry: gives up": (f"{{ retry:2 → {F} }} || {A}", "f f f a", "succeeded"),
    "retry: none": (f"retry:0 → {F}", "f", "failed"),
    "retry: other kinds": (f"retry:3 on:timeout,lost → {F}", "f", "failed"),
    "retry: that kind": (f"retry:1 on:lost,exit → {F}", "f f", "failed"),
    "retry: an expression": (f"$n = 1\nretry:${{$n + 1}} → {F}", "f f f", "failed"),
    "retry: no count": (f'$n = "x"\nretry:$n → {F} ; {A}', "a", "succeeded"),
    "retry: within a retry": (f"retry:1 → {{ retry:1 → {F} }}", "f f f f", "failed"),
    "retry: of a definition": (
        "define:/x\n  ↳ run   → echo x >> log; false\n  ↳ retry → 2 delay:10ms on:exit\n/x",
        "x x x",
        "failed",
    ),
    "retry: of a definition, other kinds": (
        "define:/x\n  ↳ run   → echo x >> log; false\n  ↳ retry → 2 on:timeout\n/x",
        "x",
        "failed",
    ),
    "timeout: in time": (f"timeout:60s → {A}\n{B}", "a b", "succeeded"),
    "timeout: in time, and fails": (f"{{ timeout:60s → {F} }} || {A}", "f a", "succeeded"),
    "timeout: nothing more of the arm": (
        f"{HANG}timeout:300ms → /hang || {A} ; /log $status",
        "h 124",
        "succeeded",
    ),
    "timeout: no catch, no retry within": (
        f"{HANG}timeout:300ms → {{ retry:3 → {{ try: /hang → catch: {A} }} }} ; {B}",
        "h b",
        "succeeded",
    ),
    "timeout: finally and handlers within": (
        f"{HANG}timeout:300ms → {{ on_failure → {A}\ntry: /hang → finally: {B} }} ; {C}",
        "h b a c",
        "succeeded",
    ),
    "timeout: what it is called": (
        f"{HANG}try: timeout:300ms → /hang → catch: /log ${{error.kind}}:${{error.status}}",
        "h timeout:124",
        "succeeded",
    ),
    "timeout: retried": (
        f"{HANG}retry:1 on:timeout → {{ timeout:300ms → /hang }} ; {A}",
        "h h a",
        "succeeded",
    ),
    "timeout: the inner one": (
        f"{HANG}timeout:60s → {{ timeout:300ms → /hang }} || {A}",
        "h a",
        "succeeded",
    ),
    "timeout: the outer one": (
        f"{HANG}{{ timeout:300ms → timeout:60s → /hang || {A} }} || {B}",
        "h b",
        "succeeded",
    ),
    "target: here": (f"target:local → {A} && {B}", "a b", "succeeded"),
}


@pytest.mark.parametrize(("workflow", "log", "status"), CASES.values(), ids=CASES)
def test_directive(play: Play, workflow: str, log: str, status: str) -> None:
    record = play(workflow)
    assert (" ".join(play.log()), record.status) == (log, status)


def test_attempts_are_recorded_each(play: Play, steps: type[Steps]) -> None:
    record = play(f"{A} && retry:2 → {{ {F} }}")
    assert [(b.step, b.attempt, b.status) for b in steps(record).bodies] == [
        ("2/1", 1, "succeeded"),
        ("2/2[0]/1", 1, "failed"),
        ("2/2[1]/1", 2, "failed"),
        ("2/2[2]/1", 3, "failed"),
    ]


def test_a_command_is_told_its_attempt(play: Play) -> None:
    play("define:/n\n  ↳ run → echo $$WF_ATTEMPT >> log; false\nretry:2 → /n")
    assert play.log() == ["1", "2", "3"]


def test_a_retry_waits_longer_each_time(play: Play) -> None:
    clock = "define:/clock\n  ↳ run → date +%s.%N >> log; false\n"
    play(f"{clock}retry:3 delay:100ms backoff:3 max:600ms → /clock")
    times = [float(line) for line in play.log()]
    waits = [after - before for before, after in pairwise(times)]
    assert [wait >= least for wait, least in zip(waits, (0.1, 0.3, 0.6), strict=True)] == [True] * 3


def test_a_timeout_ends_all_processes_of_its_arm(play: Play) -> None:
    stubborn = "(trap '' TERM; sleep 3; echo late >> log) & trap '' TERM; echo h >> log; sleep 60"
    began = time.monotonic()
    record = play(f"define:/stubborn\n  ↳ run → {stubborn}\ntimeout:1s grace:500ms → /stubborn")
    assert time.monotonic() - began < 30
    assert record.error is not None
    assert msgspec.to_builtins(record.error) == {
        "message": "it did not end in 1s",
        "kind": "timeout",
        "command": "timeout:",
        "step": "3",
        "status": 124,
    }
    time.sleep(max(0.0, began + 4.5 - time.monotonic()))  # until `late` would have been there
    assert play.log() == ["h"]


ENVIRONMENT = 'define:/env\n  ↳ run → echo "$$a $$WF_CONTEXT" >> log\n'

CONTEXTS: dict[str, tuple[str, str, str]] = {
    "an object": ("$c = /echo '{\"a\": 0.10}'\ncontext:c → $a → /log $a", "0.10", "succeeded"),
    "a scalar": ("$c = 5\ncontext:c → $a → /log $a", "5", "succeeded"),
    "several of a scalar": ("$c = 5\ncontext:c → $a, $b → /log $a", "", "failed"),
    "the environment": (
        ENVIRONMENT + '$c = /echo \'{"a": "x y"}\'\ncontext:c → $a → /env',
        'x y {"a":"x y"}',
        "succeeded",
    ),
    "the whole": ("$c = 5\ncontext:c → $a → /log $context", "5", "succeeded"),
    "given back": ("$a = 1\n$c = 5\ncontext:c → $a → /log $a\n/log $a", "5 1", "succeeded"),
    "a field that is not there": (
        "$c = /echo '{\"a\": 1}'\ntry: context:c → $b → /log no → catch: /log ${error.kind}",
        "type",
        "succeeded",
    ),
    "nothing of that name": (
        "try: context:c → $b → /log no → catch: /log ${error.kind}",
        "missing",
        "succeeded",
    ),
}


@pytest.mark.parametrize(("workflow", "log", "status"), CONTEXTS.values(), ids=CONTEXTS)
def test_context(play: Play, workflow: str, log: str, status: str) -> None:
    record = play(workflow)
    assert (" ".join(play.log()), record.status) == (log, status)


def test_a_context_may_be_a_file(play: Play) -> None:
    (play.path / "c.json").write_text('{"a": 1e-5}')
    assert play("context:c → $a → /log $a").status == "succeeded"
    assert play.log() == ["1e-5"]


def test_a_context_file_that_is_no_json(play: Play) -> None:
    (play.path / "c.json").write_text("{")
    record = play("context:c → $a → /log $a")
    assert record.error is not None
    assert record.error.message.startswith("`c.json` is not JSON: ")
