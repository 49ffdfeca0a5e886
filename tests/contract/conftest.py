"""What the contract of targets is tested with: each target, and shell scripts as its jobs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests import sshd

from gitwf.targets.job import Job, JobSpec, Target
from gitwf.targets.local import LocalTarget
from gitwf.targets.ssh.far import Place
from gitwf.targets.ssh.machines import Machines
from gitwf.targets.ssh.target import SshTarget, Ways

DEADLINE = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sshd.Sshd]:
    """A machine that is reached over SSH."""
    if sshd.PROGRAM is None:
        pytest.skip("there is no sshd here")
    made = sshd.Sshd(tmp_path_factory.mktemp("sshd"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(params=["local", "ssh"])
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """Each place where jobs run."""
    if request.param == "local":
        yield LocalTarget()
        return
    server: sshd.Sshd = request.getfixturevalue("server")
    machines = Machines()
    yield SshTarget(machines, server.host(), Ways(Place(str(server.folder / "wf"), "contract")))
    machines.close()


@pytest.fixture
def here(request: pytest.FixtureRequest) -> None:
    """For a test of what only jobs on this machine do."""
    if request.node.callspec.params["target"] != "local":
        pytest.skip("only of jobs on this machine")


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
import msgspec
from gitwf.targets.job import JobSpec
host, ways, folder, script = sys.argv[1:]
if host:
    from gitwf.targets.ssh.host import Host
    from gitwf.targets.ssh.machines import Machines
    from gitwf.targets.ssh.target import SshTarget, Ways
    read = msgspec.json.decode
    target = SshTarget(Machines(), read(host, type=Host), read(ways, type=Ways))
else:
    from gitwf.targets.local import LocalTarget
    target = LocalTarget()
spec = JobSpec(("/bin/sh", "-c", script), str(Path.cwd()), {"PATH": "/usr/bin:/bin"})
job = target.start(Path(folder), spec)
print("started", flush=True)
print(job.wait().status, flush=True)
"""

Controller = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def controller(target: Target, tmp_path: Path) -> Controller:
    """Start another process that starts a job in `jobs/1` and waits for its end."""
    where = ["", ""]
    if isinstance(target, SshTarget):
        where = [msgspec.json.encode(v).decode() for v in (target.host, target.ways)]
    where.append(str(tmp_path / "jobs" / "1"))

    def start(script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _CONTROLLER, *where, script],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start
