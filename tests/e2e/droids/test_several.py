"""Many agents on one repository, and a controller that dies while they work."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.droids.conftest import Desk, Step

    from gitwf.records.fold import RunRecord

    Steps = Callable[[RunRecord], list[Step]]

DEADLINE = 100.0


def kill_controller_while_at_work(desk: Desk) -> None:
    """Have a process play the run, and kill it as soon as the agent is at work."""
    child = os.fork()
    if not child:
        desk.again()
        os._exit(1)
    until = time.monotonic() + DEADLINE
    while "started" not in desk.calls() and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_eight_at_once_leave_the_repository_clean(desk: Desk, steps: Steps) -> None:
    record = desk(
        "sweep:mode=commits,dirt,both,nothing,protected,wanders,locks,crashes max:8 fail:never"
        " → droid:coder → /work $mode\n",
        "parallel = 8\n",
    )
    ended = {step.about["branch"]: step.status for step in steps(record)}
    assert ended == {
        desk.branch(f"coder@1-{number}"): "failed" if number in (3, 4, 7) else "succeeded"
        for number in range(8)
    }
    assert set(desk.folder.git("branch", "--format=%(refname:short)").splitlines()) == {
        "main",
        "elsewhere",
        *ended,
    }
    desk.check_clean()


@pytest.mark.parametrize(("more", "most"), [("", 3), ("[droid.coder]\nparallel = 1\n", 1)])
def test_how_many_are_at_work_at_once(desk: Desk, more: str, most: int) -> None:
    record = desk("sweep:n=1,2,3,4,5 max:5 → droid:coder → /work $n dirt\n", more)

    assert (record.status, record.error) == ("succeeded", None)
    at_work, highest = 0, 0
    for line in desk.calls():
        at_work += 1 if line == "began" else -1
        highest = max(highest, at_work)
    assert 1 <= highest <= most


def test_an_agent_at_work_is_adopted_by_the_next_controller(desk: Desk, steps: Steps) -> None:
    """A controller is killed while the agent works; the next one takes the agent up."""
    desk.ask("droid:coder merge:squash → /work waits\n")
    kill_controller_while_at_work(desk)
    (desk.ledger.parent / "gate").touch()

    record = desk.again()

    assert [step.error for step in steps(record)] == [None]
    assert desk.calls() == ["began", "started", "ended"]
    assert desk.log(desk.branch()) == ["Begin", "End"]
    assert desk.folder.git("log", "--format=%s", "main") == "coder: /work waits\nAsk"
    desk.check_clean()


def test_an_agent_that_was_lost_is_not_begun_again_by_itself(desk: Desk, steps: Steps) -> None:
    """It costs money, and half of its work is there: `retry:` asks for another."""
    desk.ask("retry:1 on:lost → droid:coder → /work waits\n")
    kill_controller_while_at_work(desk)
    mark = f"WF_RUN_ID={desk.run}"
    listed = subprocess.run(["ps", "eww", "-e"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        if mark in line:
            os.kill(int(line.split()[0]), signal.SIGKILL)
    (desk.ledger.parent / "gate").touch()

    record = desk.again()

    first, second = steps(record)
    assert (first.status, second.status) == ("lost", "succeeded")
    assert desk.log(desk.branch("coder@1-0")) == ["Begin"]
    assert desk.log(desk.branch("coder@1-1")) == ["Begin", "End"]
    desk.check_clean()
