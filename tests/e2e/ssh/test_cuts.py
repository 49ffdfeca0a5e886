"""Connections that are cut, servers and controllers that are killed: no job is disturbed by it.

Both ends are in network namespaces of their own, without a default route, so that nothing leaves them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.sshd import PROGRAM, Sshd

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box

TIMES = int(os.environ.get("SSH_CUTS", "2"))
"""Controllers that live through it side by side."""

LINES = 300
CUT = 15.0
"""Seconds without a network."""

WORKFLOW = f"""\
on:commit

define:/lines
  ↳ run    → i=0; while [ $$i -lt {LINES} ]; do i=$$((i + 1)); echo out $$i; echo err $$i >&2; sleep 0.1; done; exit 7
  ↳ target → ssh:box

/lines
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Net:
    """Two hosts of one network, and the way between them."""

    def __init__(self, name: str) -> None:
        self.here, self.there = f"wf-{name}a", f"wf-{name}b"
        self._link = f"wf{name}a"
        self._other = f"wf{name}b"

    def make(self) -> None:
        for host in (self.here, self.there):
            ip("netns", "add", host)
        ip(
            "link",
            "add",
            self._link,
            "netns",
            self.here,
            "type",
            "veth",
            "peer",
            self._other,
            "netns",
            self.there,
        )
        for host, link, address in (
            (self.here, self._link, "10.79.0.1/24"),
            (self.there, self._other, "10.79.0.2/24"),
        ):
            ip("-n", host, "addr", "add", address, "dev", link)
            ip("-n", host, "link", "set", link, "up")
            ip("-n", host, "link", "set", "lo", "up")

    def cut(self) -> None:
        ip("-n", self.there, "link", "set", self._other, "down")

    def mend(self) -> None:
        ip("-n", self.there, "link", "set", self._other, "up")

    def remove(self) -> None:
        for host in (self.here, self.there):
            subprocess.run(["ip", "netns", "delete", host], check=False)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@pytest.fixture
def net() -> Iterator[Net]:
    """Two hosts; skips where none can be made."""
    made = Net(f"{os.getpid() % 100000}")
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("only root may make network namespaces")
    try:
        made.make()
    except subprocess.CalledProcessError:
        made.remove()
        pytest.skip("no network namespaces can be made here")
    yield made
    made.remove()


@pytest.fixture
def box(net: Net, tmp_path: Path) -> Iterator[Box]:
    """The machine, on the other host."""
    from tests.e2e.ssh.conftest import Box

    if PROGRAM is None:
        pytest.skip("there is no sshd here")
    made = Box(Sshd(tmp_path / "box", "10.79.0.2", ("ip", "netns", "exec", net.there)))
    made.server.start()
    yield made
    made.server.stop()


class Controllers:
    """Controllers of as many clones, all on the one host."""

    def __init__(self, net: Net, paths: list[Path]) -> None:
        self._net = net
        self._paths = paths
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self._running = [self._started(path) for path in self._paths]

    def _started(self, path: Path) -> subprocess.Popen[bytes]:
        command = ("ip", "netns", "exec", self._net.here, "git-wf", "reconcile")
        with (path / "said").open("ab") as said:
            return subprocess.Popen(
                command, cwd=path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
            )

    def kill(self) -> None:
        for process in self._running:
            process.kill()
        for process in self._running:
            process.wait()

    def wait(self) -> None:
        for process in self._running:
            process.wait(600)

    def until_all_print(self) -> None:
        deadline = time.monotonic() + 300
        while not all(
            any(b"out 20\n" in out.read_bytes() for out in outs(path)) for path in self._paths
        ):
            assert time.monotonic() < deadline, [(p / "said").read_text() for p in self._paths]
            time.sleep(0.1)


def outs(path: Path) -> list[Path]:
    return list(path.glob(".git/wf/runs/*/jobs/*/out"))


def cut_the_network(net: Net, _box: Box, _controllers: Controllers) -> None:
    net.cut()
    time.sleep(CUT)
    net.mend()


def kill_the_server(_net: Net, box: Box, _controllers: Controllers) -> None:
    box.server.stop()
    time.sleep(3)
    box.server.start()


def kill_the_controller(_net: Net, _box: Box, controllers: Controllers) -> None:
    controllers.kill()
    controllers.start()


def all_at_once(net: Net, box: Box, controllers: Controllers) -> None:
    net.cut()
    controllers.kill()
    box.server.stop()
    controllers.start()
    time.sleep(CUT)
    net.mend()
    box.server.start()


HARM = [cut_the_network, kill_the_server, kill_the_controller, all_at_once]


@pytest.mark.parametrize("harm", HARM, ids=[harm.__name__ for harm in HARM])
def test_no_job_is_disturbed(
    remote: Project,
    net: Net,
    box: Box,
    tmp_path: Path,
    harm: Callable[[Net, Box, Controllers], None],
) -> None:
    remote.commit({"workflows/main.wf": WORKFLOW})
    paths = [tmp_path / f"clone{number}" for number in range(TIMES)]
    for path in paths:
        shutil.copytree(remote.path, path, symlinks=True)
    controllers = Controllers(net, paths)
    controllers.start()
    controllers.until_all_print()
    harm(net, box, controllers)
    controllers.wait()
    for path in paths:
        (out,) = outs(path)
        said = (path / "said").read_text()
        assert out.read_text() == "".join(f"out {n}\n" for n in range(1, LINES + 1)), said
        assert out.with_name("err").read_text() == "".join(
            f"err {n}\n" for n in range(1, LINES + 1)
        )
        assert out.with_name("exit").read_bytes() == b"7  \n"
