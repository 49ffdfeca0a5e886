"""What the contract of targets is tested with: each target, and shell scripts as its jobs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.targets.job import Job, JobSpec, Target
from gitwf.targets.local import LocalTarget

DEADLINE = 60.0


@pytest.fixture(params=[LocalTarget], ids=["local"])
def target(request: pytest.FixtureRequest) -> Target:
    """Each place where jobs run."""
    made: Target = request.param()
    return made


MakeSpec = Callable[..., JobSpec]


@pytest.fixture
def spec(tmp_path: Path) -> MakeSpec:
    """Describe a shell script, with further variables, as a job: ``spec("exit 1", NAME="value")``."""

    def make(script: str, **environment: str) -> JobSpec:
        path = {"PATH": os.environ["PATH"]}
        return JobSpec(("/bin/sh", "-c", script), str(tmp_path), path | environment)

    return make


Shell = Callable[..., Job]


@pytest.fixture
def shell(target: Target, spec: MakeSpec, tmp_path: Path) -> Shell:
    """Start a shell script as a job in the folder `jobs/NAME`; it runs in the test's folder."""

    def start(script: str, name: str = "1", **environment: str) -> Job:
        return target.start(tmp_path / "jobs" / name, spec(script, **environment))

    return start


Until = Callable[[Callable[[], object], str], None]


@pytest.fixture
def until() -> Until:
    """Wait for a condition: ``until(condition, "what it is")``."""

    def wait(condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, what
            time.sleep(0.005)

    return wait


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Tell whether a process is gone; one that is dead and not reaped counts."""

    def ask(pid: int) -> bool:
        asked = ["ps", "-o", "stat=", "-p", str(pid)]
        done = subprocess.run(asked, capture_output=True, check=False)
        return done.stdout.strip()[:1] in (b"", b"Z")

    return ask


_CONTROLLER = """
import sys
from pathlib import Path
from importlib import import_module
from gitwf.targets.job import JobSpec
module, name, folder, script = sys.argv[1:]
target = getattr(import_module(module), name)()
spec = JobSpec(("/bin/sh", "-c", script), ".", {"PATH": "/usr/bin:/bin"})
job = target.start(Path(folder), spec)
print("started", flush=True)
print(job.wait().status, flush=True)
"""

Controller = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def controller(target: Target, tmp_path: Path) -> Controller:
    """Start another process that starts a job in `jobs/1` and waits for its end."""
    kind = type(target)
    where = [kind.__module__, kind.__qualname__, str(tmp_path / "jobs" / "1")]

    def start(script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _CONTROLLER, *where, script],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start
