"""What runs write goes to the DVC remote, and comes back from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

LONG = """\
define:/report
  ↳ run  → seq 2000; echo report >> "$$LEDGER"; cp model.bin report.bin
  ↳ deps → model.bin
  ↳ outs → report.bin
$lines = /report
/echo $lines > lines.txt
"""


@pytest.fixture
def remote(project: Project, tmp_path: Path) -> Path:
    """A folder that is the default remote of the project."""
    place = tmp_path / "remote"
    config = f"[core]\n    remote = store\n['remote \"store\"']\n    url = {place}\n"
    project.commit({".dvc/config": config}, "Set up a remote")
    return place


def clone(project: Project, path: Path) -> Project:
    """Clone the repository with its records, as `docs/guide.md` says it."""
    project.git("clone", "--quiet", str(project.path), str(path))
    other = type(project)(type(project.folder)(path), project._ledger, project.served)
    other.git("fetch", "--quiet", "origin", "refs/wf/*:refs/wf/*", "refs/notes/wf:refs/notes/wf")
    return other


def unpushed(project: Project) -> list[str]:
    return list(msgspec.json.decode(project.done("status", "--json"))["unpushed"])


def ending(project: Project) -> dict[str, object]:
    """Return the last event of the newest run."""
    return project.events(project.ended()[-1])[-1]


@pytest.fixture(params=["folder", pytest.param("file system", marks=pytest.mark.slow)])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where there is nothing of the project: on this file system, or on another one."""
    if request.param == "folder":
        return tmp_path / "elsewhere"
    return Path(request.getfixturevalue("small_disk").path) / "elsewhere"


@pytest.mark.usefixtures("remote")
def test_a_clone_elsewhere_restores_what_the_remote_has(project: Project, elsewhere: Path) -> None:
    workflow = project.path / "workflows" / "main.wf"
    project.commit({"workflows/main.wf": workflow.read_text() + LONG})
    project.done("reconcile")
    assert ending(project)["restorable"] == "remote"
    project.commit({"params.yaml": "rate: 0.8\n"})
    project.done("reconcile")
    project.revert()
    assert unpushed(project) == []
    before = project.ledger()
    other = clone(project, elsewhere)
    other.done("reconcile")
    newest = other.log()[0]
    assert (newest.status, newest.executed, newest.restored) == ("succeeded", 1, 2)
    assert other.ledger() == [*before, "deploy"]
    assert other.served.read_bytes() == b"\x00\xff model of rate 0.9"
    reasons = [step["reason"] for step in newest.steps if step["cached"]]
    come = "the run cache has a result for these deps, brought from the remote `store`"
    assert reasons == [come, come]


def away(remote: Path) -> None:
    """Take the remote away: nothing can be written where it was."""
    if remote.exists():
        remote.rename(remote.with_name("away"))
    remote.touch()


def back(remote: Path) -> None:
    """Bring the remote back."""
    remote.unlink()
    remote.with_name("away").rename(remote)


def test_a_remote_that_is_gone_fails_no_run_and_gets_all_later(
    project: Project, remote: Path
) -> None:
    project.done("reconcile")
    away(remote)
    project.commit({"params.yaml": "rate: 0.8\n"})
    done = project.wf("reconcile")
    assert done.status == 0
    said = done.err.splitlines()[-1]
    assert (
        said == "3 objects are not pushed yet: the remote `store` cannot be used: not a directory"
    )
    assert ending(project)["restorable"] == "here"
    waiting = unpushed(project)
    assert len(waiting) == 3
    assert said in project.done("status")
    back(remote)
    project.done("reconcile")
    assert unpushed(project) == []
    assert all((remote / name).is_file() for name in waiting)


@pytest.mark.slow
def test_a_controller_pushes_when_the_remote_is_back(
    project: Project, remote: Path, start: Start, wait_for: Callable[..., object]
) -> None:
    project.done("reconcile")
    away(remote)
    controller = start("controller", cwd=project.path)
    controller.says("watching")
    project.commit({"params.yaml": "rate: 0.8\n"})
    wait_for(lambda: len(project.ended()) == 2)
    assert len(unpushed(project)) == 3
    back(remote)
    wait_for(lambda: not unpushed(project))
    assert controller.stop().status == 0


class Refusing(BaseHTTPRequestHandler):
    """A remote that lets nobody in."""

    def refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_error(403)

    do_GET = do_HEAD = do_PUT = do_POST = refuse  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of a server that answers 403."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}/store"
    server.shutdown()
    server.server_close()


def test_a_remote_that_answers_403_fails_no_run(project: Project, refusing: str) -> None:
    config = f"[core]\n    remote = store\n['remote \"store\"']\n    url = {refusing}\n"
    project.commit({".dvc/config": config}, "Set up a remote")
    done = project.wf("reconcile")
    assert done.status == 0
    assert done.err.splitlines()[-1].startswith(
        "3 objects are not pushed yet: 403, message='Forbidden'"
    )
    assert ending(project)["restorable"] == "here"


def test_nothing_is_pushed_where_the_settings_say_so(project: Project, remote: Path) -> None:
    project.commit({"wf.toml": '[data]\npush = "never"\n'})
    project.done("reconcile")
    assert (unpushed(project), remote.exists()) == ([], False)
    assert ending(project)["restorable"] == "here"
