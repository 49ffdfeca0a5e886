"""`git wf cancel`: ends a run wherever it is played, and also where nobody plays it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

WaitFor = Callable[[Callable[[], object]], object]

BY = "cancelled by Ada <ada@example.org>"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def begun(project: Project) -> str:
    """Return the id of the run that goes on."""
    return project.log()[0].run


@pytest.mark.parametrize("words", [("controller",), ("run", "workflows/main.wf"), ("reconcile",)])
def test_a_run_that_another_process_plays(
    gated: Project, start: Start, wait_for: WaitFor, words: tuple[str, ...]
) -> None:
    player = start(*words, cwd=gated.path)
    wait_for(lambda: gated.ledger() == ["train"])
    run, pid = begun(gated), gated.job_pid()
    done = gated.wf("cancel", run[:20], "--reason", "wrong data")
    assert (done.status, done.out) == (0, "")
    assert done.err == f"run {run} was cancelled\n"
    player.stop()
    record = gated.show(run)
    assert record.status == "cancelled"
    assert record.error is not None
    assert record.error["message"] == f"{BY}: wrong data"
    wait_for(lambda: not is_alive(pid))
    assert gated.git("for-each-ref", "refs/wf/requests") == ""


@pytest.mark.parametrize("asked_before", [False, True], ids=["then-asked", "asked-before"])
def test_a_run_that_nobody_plays_any_more(
    gated: Project, start: Start, wait_for: WaitFor, *, asked_before: bool
) -> None:
    player = start("controller", cwd=gated.path)
    wait_for(lambda: gated.ledger() == ["train"])
    run, pid = begun(gated), gated.job_pid()
    player.signal(19)  # SIGSTOP: it hears nothing
    if asked_before:
        asking = start("cancel", run, cwd=gated.path)
        wait_for(lambda: gated.git("for-each-ref", "refs/wf/requests"))
        asking.kill()
    player.kill()
    assert is_alive(pid)
    assert gated.wf("cancel", run).status == 0
    record = gated.show(run)
    assert (record.status, record.error and record.error["message"]) == ("cancelled", BY)
    wait_for(lambda: not is_alive(pid))
    assert gated.git("for-each-ref", "refs/wf/requests") == ""


def test_a_request_outlives_who_asked_and_who_was_asked(
    gated: Project, start: Start, wait_for: WaitFor
) -> None:
    player = start("controller", cwd=gated.path)
    wait_for(lambda: gated.ledger() == ["train"])
    run = begun(gated)
    player.signal(19)
    asking = start("cancel", run, cwd=gated.path)
    wait_for(lambda: gated.git("for-each-ref", "refs/wf/requests"))
    asking.kill()
    player.kill()
    gated.done("reconcile", status=1)
    assert gated.show(run).status == "cancelled"
    assert gated.ledger() == ["train"]


def test_a_run_that_is_over(project: Project) -> None:
    project.done("run", "workflows/main.wf")
    run = project.log()[0].run
    done = project.wf("cancel", "latest")
    assert (done.status, done.err) == (0, f"run {run} had ended already: succeeded\n")


def test_no_such_run(project: Project) -> None:
    done = project.wf("cancel", "01ZZ")
    assert done.status == 2
    assert done.err == "git-wf: there is no run `01ZZ`\n  `git wf log` lists them\n"


def test_a_run_whose_journal_is_damaged_ends_as_lost(
    gated: Project, start: Start, wait_for: WaitFor
) -> None:
    player = start("controller", cwd=gated.path)
    wait_for(lambda: gated.ledger() == ["train"])
    run = begun(gated)
    player.kill()
    [journal] = gated.path.glob(f".git/wf/runs/{run}/events.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b'"step":"', b'"stop":"', 1))
    assert "is damaged" in gated.wf("reconcile").err
    done = gated.wf("cancel", run)
    assert (done.status, done.err.splitlines()[-1]) == (
        0,
        f"run {run} is lost: its journal is damaged",
    )
    assert gated.show(run).status == "lost"
    gated.open_gate()  # its job is nobody's any more, and would wait for it for good
