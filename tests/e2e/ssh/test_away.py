"""A machine that cannot be reached: people are told since when, and what they asked for is done when it is back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start
    from tests.e2e.ssh.conftest import Box

WaitFor = Callable[[Callable[[], object]], object]

WORKFLOW = """\
define:/train
  ↳ run    → echo begun; exec sleep 600
  ↳ target → ssh:box
/train
"""

AWAY = r"`box` is not reachable since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: .*127\.0\.0\.1.*"


def test_a_machine_that_is_away(remote: Project, box: Box, start: Start, wait_for: WaitFor) -> None:
    remote.commit({"workflows/main.wf": WORKFLOW}, "Train")
    run = start("run", "workflows/main.wf", cwd=remote.path)
    pid = wait_for(lambda: [path.read_text() for path in box.workdir.glob("*/jobs/*/pid")])
    assert isinstance(pid, list)
    wait_for(lambda: "begun" in remote.wf("logs", "latest").out)
    box.server.stop()
    wait_for(lambda: "not reachable" in remote.done("status"))
    (note,) = [line for line in remote.done("status").splitlines() if "not reachable" in line]
    assert re.fullmatch(f"run {remote.log()[0].run}: {AWAY}", note)
    (line,) = [line for line in remote.done("show", "latest").splitlines() if "not rea" in line]
    assert re.fullmatch(f"  away      {AWAY}", line)
    remote.done("cancel", "latest")
    run.end()
    assert remote.log()[0].status == "cancelled"
    assert "not reachable" not in remote.done("status")
    leader = int(str(pid[0]).split()[0])
    os.kill(leader, 0)  # it goes on, as nobody could tell it
    box.server.start()
    remote.done("reconcile", status=1)
    wait_for(lambda: not list(box.workdir.glob("*/jobs/*")))
    wait_for(lambda: is_gone(leader))
    assert not list(remote.path.glob(".git/wf/runs/*/jobs/*/owed"))


def test_a_machine_that_comes_back(
    remote: Project, box: Box, start: Start, wait_for: WaitFor
) -> None:
    flow = WORKFLOW.replace("exec sleep 600", 'until [ -e "$$GATE" ]; do sleep 0.05; done')
    box.server.restart(GATE=os.environ["GATE"])
    remote.commit({"workflows/main.wf": flow}, "Train")
    run = start("run", "workflows/main.wf", cwd=remote.path)
    wait_for(lambda: "begun" in remote.wf("logs", "latest").out)
    box.server.stop()
    wait_for(lambda: "not reachable" in remote.done("status"))
    box.server.restart(GATE=os.environ["GATE"])
    wait_for(lambda: "not reachable" not in remote.done("status"))
    remote.open_gate()
    assert run.end().status == 0


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
