"""Ctrl-C: once ends a run in order, twice at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

    WaitFor = Callable[[Callable[[], object]], object]

DEAF = """\
define:/deaf name=""
  ↳ run → trap '' TERM; echo $name >> "$$LEDGER"; until [ -e "$$GATE" ]; do sleep 0.02; done

on_exit → /deaf handler
"""
AGAIN = (
    "cancelling: commands may end what they do, and handlers run; Ctrl-C again ends all at once\n"
)


@pytest.mark.parametrize(
    ("words", "trigger"),
    [("run workflows/main.wf", ""), ("reconcile", "on:commit\n\n")],
    ids=["run", "reconcile"],
)
def test_the_second_ends_what_does_not_want_to(
    ready: Project, start: Start, wait_for: WaitFor, words: str, trigger: str
) -> None:
    ready.commit({"workflows/main.wf": f"{trigger}{DEAF}\n/deaf a & /deaf b\n"})
    process = start(*words.split(), cwd=ready.path)
    wait_for(lambda: sorted(ready.ledger()) == ["a", "b"])
    process.signal(signal.SIGINT)
    process.says(AGAIN)
    assert any(is_alive(leader) for leader in leaders(ready))
    process.signal(signal.SIGINT)
    assert process.end().status == 130
    wait_for(lambda: not any(is_alive(leader) for leader in leaders(ready)))
    (run,) = ready.log()
    assert (run.status, run.error) == (
        "cancelled",
        {"message": "the run was cancelled", "kind": "cancelled", "status": 130},
    )
    assert sorted(ready.ledger()) == ["a", "b"]


def test_the_first_has_handlers_run_and_the_second_ends_them(
    ready: Project, start: Start, wait_for: WaitFor
) -> None:
    ready.commit({"workflows/main.wf": f"{DEAF}\n/sleep 1000\n"})
    process = start("run", "workflows/main.wf", cwd=ready.path)
    wait_for(lambda: ready.log() and "running" in ready.log()[0].status)
    process.signal(signal.SIGINT)
    wait_for(lambda: ready.ledger() == ["handler"])
    process.signal(signal.SIGINT)
    assert process.end().status == 130
    assert [run.status for run in ready.log()] == ["cancelled"]


def leaders(project: Project) -> list[int]:
    """Return the processes that lead the jobs of all runs."""
    pids = (project.path / ".git" / "wf" / "runs").glob("*/jobs/*/pid")
    return [int(pid.read_text().split()[0]) for pid in pids]


def is_alive(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True
