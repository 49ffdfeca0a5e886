"""A run of thousands of steps: what it keeps in memory does not grow into the way."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

STEPS = 5000
MOST = 150 * 2**20
"""Bytes of memory that the controller of a run may take."""

LARGEST_CHILD = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""
"""Prints how many bytes of memory a command took: the largest of its processes.

A small program starts it, because a process counts what its starter had when it was started.
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_memory_of_a_long_run(project: Project) -> None:
    numbers = ",".join(map(str, range(STEPS)))
    true = "define:/true n\n  ↳ run → true\n"
    project.commit({"many.wf": f"{true}sweep:n={numbers} max:2 → /true $n\n"})
    largest = subprocess.run(
        [sys.executable, "-c", LARGEST_CHILD, "git-wf", "run", "many.wf"],
        cwd=project.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    assert int(largest.stdout) < MOST
    (record,) = json.loads(project.done("log", "--workflow", "many.wf", "--json"))
    assert record["executed"] == STEPS
