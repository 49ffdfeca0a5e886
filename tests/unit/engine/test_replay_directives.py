"""Directives that are played again after a crash: whatever was cut off, it comes to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.records.event import StepStopped

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps

A, B, C = "/log a", "/log b", "/log c"
F = "/log f 3"
HANG = "define:/hang\n  ↳ run → echo h >> log; sleep 60; echo never >> log\n"

WORKFLOWS = {
    "case": f"case:1\n  ↳ 1 → {A} → {B}\n{C}",
    "retry": f"{{ retry:2 → {F} }} || {A}",
    "a deadline kept": f"timeout:60s → {A} && {B}\n{C}",
    "fork": f"$r = fork:2 → {A} & {B}\n/log ${{r[0]}}${{r[1]}}",
    "fork of assignments": f"fork:2 → {{ $x = 1; {A} }} & {{ {B} > y }}\n/log $x$y",
    "sweep": "$r = sweep:n=1,2,3 max:2 → /log $n\n/log ${len(r)}${r[2].result}",
    "a failed sweep": f"{{ sweep:n=1,2 → /log $n 1 }} || {A}",
    "background": f"$x = 0\n{{ {A}; $x = 1 }} & {B}\nbarrier → {C}\n/log $x",
    "a failed job": f"on_failure → {B}\n{F} &\n{A}",
    "context": "$c = /echo 5\ncontext:c → $a → /log $a\n/log b",
    "state": f"$x = 0.10\nstate:save → s.json\n$x = 2\nstate:load → s.json\n/log $x\n{A}",
}
DEADLINES = {
    "a deadline passed": f"{HANG}timeout:300ms → /hang || {A} ; {B}\n{C}",
    "with what must run": (
        f"{HANG}timeout:300ms → {{ on_exit → {A}\ntry: /hang → finally: {B} }} ; {C}"
    ),
    "fail:fast": f"{HANG}fork:2 fail:fast → {{ /sleep 300ms ; {F} }} & {{ /hang ; {A} }} ; {B}",
    "a job of a failed block": f"{HANG}{{ /hang &\n/sleep 300ms\n{F} }} || {A}\n{B}",
    "a barrier's deadline": f"{HANG}/hang &\nbarrier timeout:300ms || {A}\n{B}",
}


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_wherever_it_was_cut_off(play: Play, steps: type[Steps], workflow: str) -> None:
    first = play(workflow)
    log = play.log()
    for events in range(1, len(play.events())):
        play.forget(events)
        again = play.again()
        assert (again.status, play.log()) == (first.status, log)
        assert sorted(steps(again).outcomes()) == sorted(steps(first).outcomes())
        assert again.error == first.error


@pytest.mark.parametrize("workflow", DEADLINES.values(), ids=DEADLINES)
def test_what_was_stopped_is_not_begun_again(play: Play, steps: type[Steps], workflow: str) -> None:
    first = play(workflow)
    log = play.log()
    assert "never" not in log
    events = play.events()
    stop = next(n for n, event in enumerate(events) if isinstance(event.body, StepStopped))
    for count in range(1, len(events) - stop):
        play.forget(count)
        again = play.again()
        assert (again.status, play.log()) == (first.status, log)
        assert sorted(steps(again).outcomes()) == sorted(steps(first).outcomes())
