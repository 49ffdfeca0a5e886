"""Which runs another clone can play on, by what their records say, one row each."""

from __future__ import annotations

import pytest
from msgspec import Raw

from gitwf.language.program import load
from gitwf.reconcile.adopting import elsewhere, hindrance
from gitwf.records.event import (
    Body,
    EnvironmentChanged,
    EnvironmentChanging,
    Event,
    FileKept,
    Out,
    StepFinished,
    StepStarted,
    VariableSet,
)

PROGRAM = """\
define:/plain
  ↳ run → touch x
define:/deploy
  ↳ run    → true
  ↳ effect → production
/plain
"""

FAR = (StepStarted("9", "/train", target="ssh:box"),)
OUT = (Out("a", "0" * 32, 1),)


def ended(command: str, **further: object) -> tuple[Body, Body]:
    begun = StepStarted("1", command, target=str(further.pop("target", "local")))
    return begun, StepFinished("1", command, **further)  # type: ignore[arg-type]


CHANGING = EnvironmentChanging("production", None, "c")
CHANGED = EnvironmentChanged("production", None, "c")

CASES: dict[str, tuple[tuple[Body, ...], str | None]] = {
    "a job elsewhere": (FAR, None),
    "nothing": ((), "nothing of it goes on on another machine"),
    "a job elsewhere that has ended": (
        (*FAR, StepFinished("9", "/train")),
        "nothing of it goes on on another machine",
    ),
    "a job here beside it": (
        (*FAR, StepStarted("1", "/plain")),
        "`/plain` was begun on the machine of its owner",
    ),
    "a stage before it": ((*ended("/prepare", outs=OUT), *FAR), None),
    "a stage before it that failed": (
        (*ended("/prepare", outs=OUT, status="failed"), *FAR),
        "what `/prepare` did to the workspace is with its owner",
    ),
    "a command without outs before it": (
        (*ended("/plain"), *FAR),
        "what `/plain` did to the workspace is with its owner",
    ),
    "one that was elsewhere": ((*ended("/plain", target="ssh:box"), *FAR), None),
    "a built-in command before it": ((*ended("/echo"), *FAR), None),
    "one that writes a file": (
        (*ended("/scp:get"), *FAR),
        "what `/scp:get` did to the workspace is with its owner",
    ),
    "results": ((*ended("/results:log"), *FAR), None),
    "an effect before it": ((CHANGING, *ended("/deploy"), CHANGED, *FAR), None),
    "an effect that may have been": (
        (CHANGING, *FAR),
        "nobody knows whether it has changed `production`",
    ),
    "a file that was written": (
        (FileKept("1", "x.txt", "0"), *FAR),
        "`x.txt`, which it has written, is with its owner",
    ),
    "a long value": (
        (VariableSet("1", "x", Raw(b'{"sha256":"0","size":5000}')), *FAR),
        "a long value is with its owner",
    ),
}


@pytest.mark.parametrize(("bodies", "expected"), CASES.values(), ids=CASES)
def test_hindrance(bodies: tuple[Body, ...], expected: str | None) -> None:
    program = load("w.wf", {"w.wf": PROGRAM}.get)
    events = [Event(f"{n:027}", f"{n:026}", 0, "R", body) for n, body in enumerate(bodies)]
    assert hindrance(events, program) == expected


def test_where_its_jobs_are() -> None:
    events = [Event(str(n), str(n), 0, "R", body) for n, body in enumerate((*ended("/x"), *FAR))]
    assert elsewhere(events) == {"9": "ssh:box"}
