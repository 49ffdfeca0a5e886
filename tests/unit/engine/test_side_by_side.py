"""Background jobs, forks and sweeps: what runs at once, what it shares, how it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps

A, B, C = "/log a", "/log b", "/log c"
F = "/log f 3"
SLOW = (
    "define:/slow text secs=0.4 code:int=0\n  ↳ run → sleep $secs; echo $text >> log; exit $code\n"
)
HANG = "define:/hang\n  ↳ run → sleep 60; echo never >> log\n"

CASES: dict[str, tuple[str, str, str]] = {
    "& runs beside": (f"{SLOW}/slow late & {A}\nbarrier → {B}", "a late b", "succeeded"),
    "the end of the file waits": (f"{SLOW}/slow late &\n{A}", "a late", "succeeded"),
    "the end of a group waits": (f"{SLOW}{{ /slow late & {A} }}\n{B}", "a late b", "succeeded"),
    "a job that fails, fails its block": (f"{SLOW}/slow x 0.1 1 &\n{A}", "a x", "failed"),
    "it is seen by handlers": (
        f"{SLOW}on_failure → /log ${{error.status}}\n/slow x 0.1 4 &",
        "x 4",
        "failed",
    ),
    "a block that fails ends its jobs": (f"{HANG}{{ /hang &\n{F} }} || {A}", "f a", "succeeded"),
    "a barrier joins": (f"{SLOW}/slow a & /slow b 0.1 &\nbarrier\n{C}", "b a c", "succeeded"),
    "a barrier of a failure": (f"{SLOW}/slow x 0.1 3 &\nbarrier || {A}\n{B}", "x a b", "succeeded"),
    "a barrier with a condition settles": (
        f"{SLOW}/slow x 0.1 3 &\nbarrier → not $all_results_ready → {A}\n{B}",
        "x a b",
        "succeeded",
    ),
    "a condition that is false": (
        f"{SLOW}/slow x 0.1 3 &\ntry: barrier → $all_results_ready → {A} → catch: /log ${{error.kind}}",
        "x condition",
        "succeeded",
    ),
    "a barrier in an arm": (f"{SLOW}/slow late &\nif:true → barrier\n{A}", "late a", "succeeded"),
    "a barrier without jobs": (f"barrier → $all_results_ready → {A}", "a", "succeeded"),
    "a barrier's deadline": (
        f"{HANG}/hang &\ntry: barrier timeout:200ms → catch: /log ${{error.kind}}:${{error.status}}",
        "timeout:124",
        "succeeded",
    ),
    "a deadline around a barrier": (
        f"{SLOW}/slow late 1 &\ntimeout:200ms → barrier ; {A}\nbarrier → {B}",
        "a late b",
        "succeeded",
    ),
    "jobs work on copies": (
        f"{SLOW}$x = 0\n{{ /slow a ; $x = 1 }} & {{ $y = $x }} &\nbarrier\n/log $x$y",
        "a 10",
        "succeeded",
    ),
    "joined in the order of the file": (
        f"{SLOW}{{ /slow a ; $x = 1 }} &\n{{ $x = 2 }} &\nbarrier\n/log $x",
        "a 2",
        "succeeded",
    ),
    "a group joins before it ends": ("{ $x = 1 & /echo }\n/log $x", "1", "succeeded"),
    "fork waits for all": (
        f"{SLOW}fork:3 → /slow a & /slow b 0.1 & {C}\n{A}",
        "c b a a",
        "succeeded",
    ),
    "fork of copies": ("fork:1 → /log $index", "0", "succeeded"),
    "one at a time": ("fork:1 → /log a & /log b & /log c", "a b c", "succeeded"),
    "a branch that fails": (f"{SLOW}fork:2 → {F} & /slow b ; {C}", "f b c", "succeeded"),
    "fork fails with the first of its failures": (
        f"{SLOW}fork:2 → /slow a 0.4 4 & /log b 5 ; /log $status",
        "b a 4",
        "succeeded",
    ),
    "fail:fast": (f"{HANG}fork:2 fail:fast → {F} & /hang ; /log $status", "f 3", "succeeded"),
    "fail:fast runs what must be": (
        f"{HANG}fork:2 fail:fast → {{ /sleep 300ms ; {F} }} & {{ try: /hang → finally: {A} }} ; {B}",
        "f a b",
        "succeeded",
    ),
    "fail:never": (f"fork:1 fail:never → {F} & {A}\n{B}", "f a b", "succeeded"),
    "branches assign": (f"fork:2 → {{ $x = 1 }} & {{ {A} > y }}\n/log $x$y", "a 1a", "succeeded"),
    "copies keep what they assign": (
        "$x = 0\nfork:2 → { $x = $index + 1 }\n/log $x",
        "0",
        "succeeded",
    ),
    "results of a fork": (
        f"{SLOW}$r = fork:2 → {{ /slow x 0.2 ; /echo 1 }} & /echo two\n/log ${{r[0]}}${{r[1]}}",
        "x 1two",
        "succeeded",
    ),
    "a grid": (
        "sweep:a=1,2 b=x,y max:1 → /log $a$b",
        "1x 1y 2x 2y",
        "succeeded",
    ),
    "zipped": ("sweep:a=1,2 b=x,y max:1 strategy:zip → /log $a$b", "1x 2y", "succeeded"),
    "zipped badly": ("$l = [1, 2]\nsweep:a=$l b=x strategy:zip → /log $a$b", "", "failed"),
    "an axis of a list": ("$l = [1, 2]\nsweep:a=$l,3 max:1 → /log $a", "1 2 3", "succeeded"),
    "an axis of nothing": (f"$l = []\n$r = sweep:a=$l → {F}\n/log ${{len(r)}}", "0", "succeeded"),
    "numbers keep their spelling": ("sweep:a=0.10,1e-5 max:1 → /log $a", "0.10 1e-5", "succeeded"),
    "a trial that fails": (
        f"sweep:a=1,2,3 max:1 → /log $a ${{a % 2}} ; {A}",
        "1 2 3 a",
        "succeeded",
    ),
    "trials are tables": (
        '$r = sweep:a=1,2 → /echo \'{"a": 9, "b": 5}\'\n/log ${r[1].a}${r[1].b}',
        "25",
        "succeeded",
    ),
    "a plain result": ("$r = sweep:a=1,2 → /echo x\n/log ${r[1].result}", "x", "succeeded"),
    "a failed trial is kept": (
        "$r = sweep:a=1 fail:never → /fail no 7\n/log ${r[0].a}${r[0].error.status}",
        "17",
        "succeeded",
    ),
    "fail:fast of a sweep": (
        f"{HANG}{{ sweep:a=1,2,3 max:1 fail:fast → /log $a 3 }} || /log end",
        "1 end",
        "succeeded",
    ),
}


@pytest.mark.parametrize(("workflow", "log", "status"), CASES.values(), ids=CASES)
def test_side_by_side(play: Play, workflow: str, log: str, status: str) -> None:
    record = play(workflow)
    assert (" ".join(play.log()), record.status) == (log, status)


def test_at_most_so_many_at_once(play: Play) -> None:
    span = "define:/span\n  ↳ run → echo + >> log; sleep 0.1; echo - >> log\n"
    play(f"{span}fork:3 → /span & /span & /span & /span & /span & /span")
    running = [sum(1 if line == "+" else -1 for line in play.log()[: n + 1]) for n in range(12)]
    assert max(running) == 3


def test_steps_have_the_index_of_their_branch(play: Play, steps: type[Steps]) -> None:
    record = play(f"{A} && fork:2 → {{ {A}; {B} }} & sweep:x=1,2 → {C}\n{A} & {B}")
    assert sorted(step for step, _, _ in steps(record).outcomes()) == [
        "2/1",
        "2/2[0]/1.1",
        "2/2[0]/1.2",
        "2/2[1][0]",
        "2/2[1][1]",
        "3.1",
        "3.2",
    ]


def test_a_hundred_trials_take_no_longer_than_they_must(play: Play) -> None:
    numbers = ",".join(map(str, range(100)))
    began = time.monotonic()
    record = play(f"$r = sweep:n={numbers} max:20 → /sleep 50ms\n/log ${{len(r)}}")
    assert (record.status, play.log()) == ("succeeded", ["100"])
    assert time.monotonic() - began < 4
