"""The controller as a process: it wakes on commits, ends when asked, and no end of it harms a run."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder
    from tests.e2e.conftest import Process, Project, Start

WaitFor = Callable[[Callable[[], object]], object]

ALL_BRANCHES = '[controller]\nbranches = ["*"]\n'


def begun(start: Start, where: Path) -> Process:
    controller = start("controller", cwd=where)
    controller.says("watching")
    return controller


def test_a_commit_starts_a_run(project: Project, start: Start, wait_for: WaitFor) -> None:
    controller = begun(start, project.path)
    wait_for(lambda: len(project.ended()) == 1)
    project.commit({"params.yaml": "rate: 0.8\n"})
    wait_for(lambda: len(project.ended()) == 2)
    done = controller.stop()
    assert (done.status, done.out) == (0, "")
    assert project.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy"]


def test_commits_in_a_linked_worktree(
    project: Project, start: Start, wait_for: WaitFor, tmp_path: Path
) -> None:
    project.commit({"wf.toml": ALL_BRANCHES})
    linked = tmp_path / "linked"
    project.git("worktree", "add", "--quiet", "-b", "topic/rate", str(linked))
    controller = begun(start, linked)
    wait_for(lambda: len(project.ended()) == 2)
    project.git("pack-refs", "--all")
    (linked / "params.yaml").write_text("rate: 0.7\n")
    project.git("-C", str(linked), "commit", "--quiet", "--all", "--message", "In the worktree")
    wait_for(lambda: len(project.ended()) == 3)
    assert controller.stop().status == 0
    newest = project.log()[0]
    assert (newest.branch, newest.metrics) == ("topic/rate", {"accuracy": 0.7})


def test_pushes_into_a_bare_repository(
    project: Project, make_folder: MakeFolder, start: Start, wait_for: WaitFor
) -> None:
    bare = make_folder("bare.git", "--bare")
    project.git("remote", "add", "origin", str(bare.path))
    project.git("push", "--quiet", "origin", "main")
    controller = begun(start, bare.path)
    wait_for(lambda: len(ended_in(bare)) == 1)
    project.commit({"params.yaml": "rate: 0.8\n"})
    project.git("push", "--quiet", "origin", "main")
    wait_for(lambda: len(ended_in(bare)) == 2)
    project.revert()
    bare.git("pack-refs", "--all")
    project.git("push", "--quiet", "origin", "main")
    wait_for(lambda: len(ended_in(bare)) == 3)
    assert controller.stop().status == 0
    assert project.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy", "deploy"]
    assert project.served.read_bytes() == b"\x00\xff model of rate 0.9"
    assert bare.git("fsck", "--strict", "--no-dangling") == ""


def ended_in(bare: Folder) -> list[str]:
    text = bare.git("for-each-ref", "--format=%(subject)", "refs/wf/runs/")
    return [line for line in text.splitlines() if not line.startswith("running:")]


def test_a_controller_that_is_stopped_leaves_its_job_to_the_next(
    gated: Project, start: Start, wait_for: WaitFor
) -> None:
    controller = begun(start, gated.path)
    wait_for(lambda: gated.ledger() == ["train"])
    pid = gated.job_pid()
    done = controller.stop()
    assert done.status == 0
    assert done.err.endswith("runs go on in their jobs; the next controller takes them up\n")
    assert os.getpgid(pid) == pid
    gated.open_gate()
    gated.done("reconcile")
    assert gated.ledger() == ["train", "deploy", "out"]
    assert_one_end(gated)


def assert_one_end(project: Project, status: str = "succeeded") -> None:
    (ref,) = project.ended()
    types = [event["type"] for event in project.events(ref)]
    assert types.count("run.started") == types.count("run.finished") == 1
    assert [line["type"] for line in project.note()].count("run.finished") == 1
    (run,) = project.log()
    assert run.status == status
    refs = project.git("for-each-ref")
    again = (
        f"main: workflows/main.wf failed in run {run.run}: `git wf retry {run.run}` tries it again"
    )
    said = "nothing to do on main" if status == "succeeded" else again
    assert project.wf("reconcile").err == f"{said}\n"
    assert project.git("for-each-ref") == refs
    assert project.git("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("at", ["stage", "effect"])
def test_a_controller_that_is_killed_does_nothing_twice(
    gated: Project, start: Start, wait_for: WaitFor, at: str
) -> None:
    if at == "effect":
        gated.commit({"workflows/main.wf": gated_flow(gated, "/deploy")})
    controller = begun(start, gated.path)
    wait_for(gated.ledger)
    controller.kill()
    gated.open_gate()
    gated.done("reconcile")
    assert gated.ledger() == (["train", "deploy", "out"] if at == "stage" else ["deploy", "out"])
    assert_one_end(gated)


def gated_flow(project: Project, flow: str) -> str:
    text = (project.path / "workflows" / "main.wf").read_text()
    return text[: text.rindex("\n\n") + 2] + flow + "\n"


def test_a_job_that_ended_while_nobody_looked(
    gated: Project, start: Start, wait_for: WaitFor
) -> None:
    controller = begun(start, gated.path)
    wait_for(gated.ledger)
    controller.kill()
    gated.open_gate()
    runs = gated.path / ".git" / "wf" / "runs"
    wait_for(lambda: list(runs.glob("**/exit")))
    gated.done("reconcile")
    assert gated.ledger() == ["train", "deploy", "out"]
    assert_one_end(gated)


def test_an_effect_that_vanished_is_not_repeated(
    gated: Project, start: Start, wait_for: WaitFor
) -> None:
    gated.commit({"workflows/main.wf": gated_flow(gated, "/deploy")})
    controller = begun(start, gated.path)
    wait_for(gated.ledger)
    controller.kill()
    os.killpg(gated.job_pid(), signal.SIGKILL)
    gated.done("reconcile", status=1)
    assert gated.ledger() == ["deploy"]
    assert_one_end(gated, "failed")
    (run,) = gated.log()
    assert run.error is not None
    assert run.error["kind"] == "lost"
    assert [(env["env"], env["state"]) for env in run.envs] == [("production", "unknown")]


def test_a_second_controller_refuses(project: Project, start: Start) -> None:
    begun(start, project.path)
    second = project.wf("controller")
    assert second.status == 2
    assert second.out == ""
    assert re.fullmatch(
        r"git-wf: a controller is at work here already: process \d+ on \S+, since \S+Z\n"
        r"  stop it first, or leave the work to it\n",
        second.err,
    )
    once = project.wf("reconcile", "--no-wait")
    words = "another controller is at work: it does what there is to do\n"
    assert (once.status, once.out, once.err) == (0, "", words)


def test_a_pass_waits_for_the_controller(gated: Project, start: Start, wait_for: WaitFor) -> None:
    controller = begun(start, gated.path)
    wait_for(gated.ledger)
    waiting = start("reconcile", cwd=gated.path)
    gated.open_gate()
    wait_for(gated.ended)
    assert controller.stop().status == 0
    assert waiting.end().status == 0
    assert_one_end(gated)
