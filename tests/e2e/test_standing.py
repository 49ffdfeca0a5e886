"""A pass that has nothing to do says what stands at a head that is not done, and ends with 1."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gitwf.reconcile.decide import DIED

if TYPE_CHECKING:
    import pytest
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project, Start

WaitFor = Callable[[Callable[[], object]], object]

W = "workflows/main.wf"
WAIT = 'on:commit\n\ndefine:/wait\n  ↳ run → until [ -e "$$GATE" ]; do sleep 0.02; done\n\n/wait\n'
SETTINGS = '[controller]\nbranches = ["main"]\n'


def test_a_run_that_failed_stands_until_it_is_retried(project: Project) -> None:
    flow = 'on:commit\n\ndefine:/look\n  ↳ run → [ -e "$$GATE" ]\n\n/look\n'
    project.commit({W: flow}, "Look")
    project.done("reconcile", status=1)
    [run] = project.log()
    for _ in ("looks", "is known"):
        again = project.wf("reconcile")
        said = f"main: {W} failed in run {run.run}: `git wf retry {run.run}` tries it again\n"
        assert (again.status, again.out, again.err) == (1, "", said)
    planned = project.done("plan").splitlines()[1]
    reason = f"{W} failed for this commit: {run.run}; `git wf retry {run.run}` plays it again"
    assert planned == f"{W}: nothing to do ({reason})"
    project.open_gate()
    project.done("retry", run.run)
    done = project.wf("reconcile")
    assert (done.status, done.err) == (0, "nothing to do on main\n")


def test_a_run_that_a_person_cancelled_stands(
    project: Project, start: Start, wait_for: WaitFor
) -> None:
    project.commit({W: WAIT}, "Wait")
    playing = start("reconcile", cwd=project.path)
    run = wait_for(lambda: project.log() and project.log()[0].run)
    project.done("cancel", str(run))
    assert playing.end().status == 1
    done = project.wf("reconcile")
    said = f"main: {W} was cancelled in run {run}: `git wf retry {run}` plays it again\n"
    assert (done.status, done.err) == (1, said)


def test_a_workflow_that_is_suspended_is_said(project: Project) -> None:
    project.done("suspend", W)
    for _ in ("looks", "is known"):
        done = project.wf("reconcile")
        said = f"main: {W} is suspended: `git wf resume {W}` has it start\n"
        assert (done.status, done.err) == (0, said)
    assert " old, seen\n" in project.done("status")


def test_a_refused_head_is_refused_in_the_plan_before_and_after(project: Project) -> None:
    project.commit({W: "on:commit\n/nowhere\n"}, "Break it")
    before = project.wf("plan")
    project.done("reconcile", status=1)
    after = project.wf("plan")
    assert (before.status, after.status) == (1, 1)
    assert after == before
    assert f"{W}: would be refused ({W}:2:1: WF202 unknown command `/nowhere`)" in after.out


def test_a_branch_that_is_not_watched_is_said(project: Project) -> None:
    project.commit({"wf.toml": SETTINGS}, "Watch main")
    project.git("checkout", "--quiet", "-b", "topic")
    head = project.git("rev-parse", "HEAD")[:10]
    way = "which is not watched: `git wf reconcile --branch topic` plays it"
    assert project.done("plan").splitlines()[0] == f"{head} as the head of topic, {way}"
    project.git("checkout", "--quiet", "--detach")
    assert project.done("plan").splitlines()[0] == f"{head} as the head of main"


def test_a_killed_run_of_the_working_tree_is_lost(
    project: Project, start: Start, wait_for: WaitFor
) -> None:
    project.done("reconcile")
    project.folder.write({"here.wf": WAIT})
    playing = start("run", "here.wf", "--here", cwd=project.path)
    run = str(wait_for(lambda: [r.run for r in project.log() if r.workflow == "here.wf"])[0])  # type: ignore[index]
    playing.kill()
    assert f"run {run} is lost: {DIED}\n" in project.done("status")
    done = project.wf("reconcile")
    said = f"here.wf: lost in 0.00 s, 0 executed, 0 restored: {DIED}\n"
    assert (done.status, done.err) == (0, said)
    assert f"  error     {DIED}\n" in project.done("show", run)
    assert project.wf("reconcile").err == "nothing to do on main\n"


def test_a_detached_head_watches_what_the_settings_name(project: Project) -> None:
    project.commit({"wf.toml": SETTINGS}, "Watch main")
    project.git("checkout", "--quiet", "--detach")
    project.done("reconcile")
    assert [run.branch for run in project.log()] == ["main"]
    project.git("checkout", "--quiet", "-b", "topic", "HEAD~1")
    assert project.wf("reconcile").err == "nothing to do on main\n"


def test_a_controller_says_that_it_watches_nothing(project: Project, start: Start) -> None:
    project.commit({"wf.toml": SETTINGS.replace("main", "master")}, "Watch master")
    controller = start("controller", cwd=project.path)
    controller.says(
        "no branch is watched: there is no branch `master`: name others with `--branch`, or in `wf.toml`"
    )
    assert controller.stop().status == 0


def test_a_run_of_another_clone_is_waited_for_while_that_acts(
    project: Project,
    start: Start,
    wait_for: WaitFor,
    make_folder: MakeFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    hub = make_folder("hub", "--bare").path
    project.git("remote", "add", "origin", str(hub))
    project.commit({W: WAIT, "wf.toml": f'{SETTINGS}remote = "origin"\n'}, "Wait")
    project.git("push", "--quiet", "origin", "main")
    ben, eve = hub.with_name("ben"), hub.with_name("eve")
    for clone in (ben, eve):
        project.git("clone", "--quiet", str(hub), str(clone))
    playing = start("reconcile", cwd=project.path)
    wait_for(lambda: project.git("-C", str(hub), "for-each-ref", "refs/wf/runs"))
    waiting = start("reconcile", cwd=ben)
    waiting.says("waiting for process")
    assert _no_wait(project, ben) == (
        0,
        "another controller is at work: it does what there is to do\n",
    )
    impatient = start("reconcile", cwd=eve)
    impatient.says("waiting for process")
    impatient.signal(signal.SIGINT)
    ended = impatient.end()
    assert (ended.status, "Error" in ended.err) == (130, False)
    playing.kill()
    said = waiting.end()
    [run] = project.log()
    where = f"main: {W} goes on in run {run.run} of {run.commit[:10]} in another clone"
    assert said.status == 1
    assert f"{where}, last heard of " in said.err
    held = project.wf("retry", run.run, cwd=ben)
    assert held.err.startswith(f"git-wf: run `{run.run}` is another clone's\n  last heard of ")
    assert "controller: none is running" in project.wf("status", cwd=ben).out
    project.open_gate()
    project.done("reconcile")
    done = project.wf("reconcile", cwd=ben)
    assert (done.status, done.err) == (0, "nothing to do on main\n")


def _no_wait(project: Project, place: Path) -> tuple[int, str]:
    done = project.wf("reconcile", "--no-wait", cwd=place)
    return done.status, done.err
