"""A run of thousands of steps: what it keeps in memory does not grow into the way."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

STEPS = 5000
MOST = 150 * 2**20
"""Bytes of memory that the controller of a run may take."""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_memory_of_a_long_run(project: Project) -> None:
    numbers = ",".join(map(str, range(STEPS)))
    true = "define:/true n\n  ↳ run → true\n"
    project.commit({"many.wf": f"{true}sweep:n={numbers} max:2 → /true $n\n"})
    with subprocess.Popen(
        ["git-wf", "run", "many.wf"],
        cwd=project.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        # Of all its children, and theirs, the largest: that is the controller itself.
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    assert usage.ru_maxrss * 1024 < MOST
    (record,) = json.loads(project.done("log", "--workflow", "many.wf", "--json"))
    assert record["executed"] == STEPS
