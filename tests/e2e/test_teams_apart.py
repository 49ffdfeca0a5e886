"""Clones that cannot reach the remote for a while, that come and go, and that see much at once."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project, Start

WaitFor = Callable[[Callable[[], object]], object]
SETTINGS = '[controller]\nbranches = ["main"]\nremote = "origin"\n'


class Daemon:
    """`git daemon` on the loopback, which can be stopped and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["--reuseaddr", "--listen=127.0.0.1", f"--port={self.port}", "--export-all"]
        self._process = subprocess.Popen(
            ["git", "daemon", *words, "--enable=receive-pack", f"--base-path={self._folder}"],
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                continue
            return

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:git")
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    daemon = Daemon(tmp_path / "served")
    yield daemon
    daemon.stop()


def hub_of(project: Project, make_folder: MakeFolder, address: str = "") -> Path:
    """Make the remote of the project, which follows it, and push what is there."""
    hub = make_folder("served/hub", "--bare")
    project.git("remote", "add", "origin", address or str(hub.path))
    project.commit({"wf.toml": SETTINGS}, "Follow origin")
    project.git("push", "--quiet", str(hub.path), "main")
    return hub.path


def refs(hub: Path, prefix: str) -> list[str]:
    words = ["git", "-C", str(hub), "for-each-ref", "--format=%(refname)", prefix]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()


def ended(hub: Path) -> int:
    """Return how many runs have succeeded, as the remote has it."""
    words = ["git", "-C", str(hub), "for-each-ref", "--format=%(subject)", "refs/wf/runs"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return sum(line.startswith("succeeded") for line in done.stdout.splitlines())


GATED = """\
define:/train
  ↳ run → echo train >> "$$LEDGER"; until [ -e "$$GATE" ]; do sleep 0.02; done; echo trained >> "$$LEDGER"

define:/deploy
  ↳ run    → echo deploy >> "$$LEDGER"
  ↳ effect → production

/train && /deploy
"""


def test_a_link_that_is_cut(
    project: Project, make_folder: MakeFolder, daemon: Daemon, start: Start, wait_for: WaitFor
) -> None:
    project.commit({"workflows/main.wf": GATED})
    hub = hub_of(project, make_folder, f"git://127.0.0.1:{daemon.port}/hub")
    daemon.start()
    controller = start("controller", cwd=project.path)
    controller.says("watching")
    wait_for(lambda: project.ledger() == ["train"])
    daemon.stop()
    project.open_gate()
    wait_for(lambda: project.ledger() == ["train", "trained"])
    wait_for(
        lambda: (
            "not pushed to `origin` yet: the remote `origin` cannot be used"
            in project.done("status")
        )
    )
    status = msgspec.json.decode(project.done("status", "--json"))
    [run] = [ref for ref in status["unpushed"] if ref.startswith("refs/wf/runs/")]
    assert run in project.git("for-each-ref", "--format=%(refname)", "refs/wf/runs")
    wait_for(lambda: "`origin` was looked at" in project.done("status"))
    # A lease lasts twelve seconds here: it ends meanwhile, and still no effect begins.
    wait_for(lambda: _age(project) > 13)
    assert project.ledger() == ["train", "trained"]
    daemon.start()
    wait_for(lambda: project.ledger() == ["train", "trained", "deploy"])
    wait_for(lambda: refs(hub, "refs/wf/env"))
    wait_for(lambda: msgspec.json.decode(project.done("status", "--json"))["unpushed"] == [])
    [record] = project.log()
    assert record.status == "succeeded"
    assert controller.stop().status == 0


def _age(project: Project) -> float:
    """Return how long ago the remote was seen, as `status` says it."""
    notes = msgspec.json.decode(project.done("status", "--json"))["notes"]
    said = next((note for note in notes if "was looked at" in note), "looked at 0 s")
    return float(said.partition("looked at ")[2].split()[0])


@pytest.mark.slow
def test_a_server_and_shallow_clones_in_turns(
    project: Project,
    make_folder: MakeFolder,
    start: Start,
    wait_for: WaitFor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    hub = hub_of(project, make_folder)
    server = tmp_path / "server"
    project.git("clone", "--quiet", "--bare", str(hub), str(server))
    project.git("-C", str(server), "remote", "get-url", "origin")
    kind = type(project)
    for turn in range(10):
        rate = f"0.{90 - turn}"
        project.commit({"params.yaml": f"rate: {rate}\n"}, f"Rate {rate}")
        project.git("push", "--quiet", str(hub), "main")
        if turn % 2:
            place = tmp_path / f"ci-{turn}"
            project.git("clone", "--quiet", "--depth=1", f"file://{hub}", str(place))
            fresh = kind(type(project.folder)(place), project._ledger, project.served)
            fresh.done("reconcile")
            assert fresh.log()[0].status == "succeeded"
            assert len(fresh.log()) == turn + 1
            assert fresh.wf("fsck").out == ""
        else:
            controller = start("controller", cwd=server)
            wait_for(lambda n=turn: ended(hub) == n + 1)  # type: ignore[misc]
            assert controller.stop().status == 0
    ledger = project.ledger()
    assert [ledger.count(f"train 0.{90 - turn}") for turn in range(10)] == [1] * 10
    assert ledger.count("deploy") == 10
    project.done("reconcile")
    records = project.log()
    assert [record.status for record in records] == ["succeeded"] * 10
    project.git("-C", str(hub), "fsck", "--strict", "--no-dangling")


@pytest.mark.slow
def test_a_commit_with_a_thousand_changed_workflows(
    project: Project, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    hub = hub_of(project, make_folder)
    project.done("reconcile")
    sleeping = "on:commit branch:other\n/echo {n}\n"
    many = {f"workflows/many/{n}.wf": sleeping.format(n=n) for n in range(1000)}
    project.commit(dict(many), "Many")
    project.git("push", "--quiet", str(hub), "main")
    assert project.wf("reconcile").status == 0
    assert len(refs(hub, "refs/wf/runs")) == 1
    project.commit({path: text.replace("/echo", "/echo again") for path, text in many.items()})
    project.git("push", "--quiet", str(hub), "main")
    assert project.wf("reconcile").status == 0
    assert project.wf("reconcile").err == "nothing to do on main\n"
