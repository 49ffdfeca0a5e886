"""Environments that wait: for a person's word, or for another environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project, Start

WaitFor = Callable[[Callable[[], object]], object]

ADA = "Ada <ada@example.org>"
DEPLOY = """\
define:/deploy
  ↳ run    → echo {env} >> "$$LEDGER"
  ↳ deps   → params.yaml
  ↳ effect → {env}

/deploy
"""
APPROVED = '[controller]\nbranches = ["main"]\n\n[env.production]\napprove = true\n'
IN_ORDER = (
    '[controller]\nbranches = ["main"]\n\n[env.staging]\n\n[env.production]\nafter = ["staging"]\n'
)


@pytest.fixture
def kept(ready: Project) -> Project:
    """A workflow that deploys to production, which needs approval."""
    production = DEPLOY.format(env="production")
    files = {"workflows/main.wf": production, "params.yaml": "rate: 0.9\n", "wf.toml": APPROVED}
    ready.commit(files)
    return ready


class Status(msgspec.Struct):
    """What `git wf status --json` says of what waits."""

    waiting: list[dict[str, object]]
    suspended: list[dict[str, object]]


def status(project: Project) -> Status:
    return msgspec.json.decode(project.done("status", "--json"), type=Status)


def test_a_run_waits_until_somebody_approves_it(kept: Project) -> None:
    first = kept.wf("reconcile")
    [run] = kept.log()
    waits = f"run {run.run} of {run.commit[:10]} waits for approval to change `production`"
    gives = f"  `git wf approve {run.run}` gives it\n"
    assert (first.status, first.err) == (0, f"workflows/main.wf: {waits}\n{gives}")
    assert (run.status, run.started, kept.ledger()) == ("waiting", None, [])
    [waiting] = status(kept).waiting
    assert waiting["waits"] == "approval to change `production`"
    assert (
        f"{run.run}  waiting  workflows/main.wf for approval to change `production`"
        in kept.done("status")
    )
    waits = "  waits     for approval to change `production`"
    assert waits in kept.done("show", run.run).splitlines()
    again = kept.wf("reconcile")
    stands = f"waits in run {run.run} for approval to change `production`"
    gives = f"`git wf approve {run.run}` gives it\n"
    assert (again.status, again.err) == (0, f"main: workflows/main.wf {stands}: {gives}")
    assert len(kept.log()) == 1
    approved = kept.wf("approve", run.run, "--reason", "checked")
    assert approved.status == 0
    assert approved.err == (
        f"run {run.run} is approved by {ADA}\n"
        "no controller is at work here: `git wf reconcile` begins it\n"
    )
    kept.done("reconcile")
    record = kept.show(run.run)
    assert (record.status, kept.ledger()) == ("succeeded", ["production"])
    events = kept.events(f"refs/wf/runs/{record.started[:7]}/{run.run}")  # type: ignore[index]
    assert [e["type"] for e in events][:3] == ["run.queued", "run.approved", "run.started"]
    assert (events[1]["by"], events[1]["why"]) == (ADA, "checked")
    assert kept.git("for-each-ref", "refs/wf/requests") == ""


def test_a_controller_hears_of_the_approval(kept: Project, start: Start, wait_for: WaitFor) -> None:
    controller = start("controller", cwd=kept.path)
    wait_for(lambda: [run.status for run in kept.log()] == ["waiting"])
    kept.done("approve", "latest")
    wait_for(lambda: kept.ledger() == ["production"])
    assert controller.stop().status == 0


def shared(kept: Project, make_folder: MakeFolder) -> Path:
    """Have a run wait in a remote that the project shares, and return the remote."""
    hub = make_folder("hub", "--bare").path
    kept.git("remote", "add", "origin", str(hub))
    kept.commit({"wf.toml": APPROVED.replace("\n\n", '\nremote = "origin"\n\n', 1)}, "Share")
    kept.git("push", "--quiet", "origin", "main")
    kept.done("reconcile")
    return hub


def test_what_waits_by_another_plan_than_its_commits_is_not_begun(
    kept: Project, make_folder: MakeFolder
) -> None:
    hub = shared(kept, make_folder)
    forged, eve = hub.with_name("forged"), hub.with_name("eve")
    [ref] = kept.git("-C", str(hub), "for-each-ref", "--format=%(refname)", "refs/wf/runs").split()
    kept.git("clone", "--quiet", str(hub), str(forged))
    kept.git("-C", str(forged), "fetch", "--quiet", "origin", ref)
    kept.git("-C", str(forged), "checkout", "--quiet", "FETCH_HEAD")
    plan = forged / ".wf" / "plan.json"
    plan.write_text(plan.read_text().replace("echo", "echo forged;echo"))
    kept.git("-C", str(forged), "commit", "--quiet", "--all", "--no-verify", "-m", "Forge")
    kept.git(
        "-C", str(forged), "push", "--quiet", "--no-verify", "--force", "origin", f"HEAD:{ref}"
    )
    kept.git("clone", "--quiet", str(hub), str(eve))
    kept.wf("reconcile", cwd=eve)
    assert kept.wf("approve", "latest", cwd=eve).status == 0
    run = ref.rpartition("/")[2]
    done = kept.wf("reconcile", cwd=eve)
    said = f"main: workflows/main.wf waits in run {run} for the clone that has queued it\n"
    assert (done.status, done.err) == (1, said)
    assert kept.ledger() == []


def test_any_clone_of_a_team_goes_on_with_what_waits(
    kept: Project, make_folder: MakeFolder
) -> None:
    """As in CI, where each job is a clone of its own."""
    hub = shared(kept, make_folder)
    kept.commit({"params.yaml": "rate: 0.8\n"})
    kept.git("push", "--quiet", "origin", "main")
    ben, eve = hub.with_name("ben"), hub.with_name("eve")
    for clone in (ben, eve):
        kept.git("clone", "--quiet", str(hub), str(clone))
    assert kept.wf("reconcile", cwd=ben).status == 0
    assert kept.wf("approve", "latest", cwd=ben).status == 0
    assert kept.wf("reconcile", cwd=eve).status == 0
    done = kept.wf("reconcile")
    assert (done.status, done.err) == (0, "nothing to do on main\n")
    assert [run.status for run in kept.log()] == ["succeeded", "cancelled"]
    assert kept.ledger() == ["production"]
    assert kept.wf("fsck").out == ""


def test_a_newer_commit_takes_the_place_of_one_that_waits(kept: Project) -> None:
    kept.done("reconcile")
    head = kept.commit({"params.yaml": "rate: 0.8\n"})
    kept.done("reconcile")
    newer, older = kept.log()
    assert (newer.status, newer.commit, older.status) == ("waiting", head, "cancelled")
    assert older.error is not None
    assert older.error["message"] == f"superseded by {head[:10]}"
    done = kept.wf("approve", older.run)
    assert done.status == 2
    assert done.err == (
        f"git-wf: run `{older.run}` does not wait for approval: it has ended: cancelled\n"
    )


def test_a_run_that_waits_can_be_cancelled(kept: Project) -> None:
    kept.done("reconcile")
    kept.done("cancel", "latest", "--reason", "not today")
    [run] = kept.log()
    assert run.status == "cancelled"
    assert run.error is not None
    assert run.error["message"] == f"cancelled by {ADA}: not today"
    kept.done("reconcile", status=1)
    assert len(kept.log()) == 1


def test_a_run_by_hand_needs_approval_too(kept: Project) -> None:
    refused = kept.wf("run", "workflows/main.wf")
    assert refused.status == 2
    assert refused.err == (
        "git-wf: this may change `production`, which needs approval\n  `--approve` gives it\n"
    )
    assert kept.log() == []
    kept.done("run", "workflows/main.wf", "--approve")
    [run] = kept.log()
    assert (run.status, kept.ledger()) == ("succeeded", ["production"])


def test_one_environment_after_the_other(ready: Project) -> None:
    flow = {f"workflows/{env}.wf": DEPLOY.format(env=env) for env in ("production", "staging")}
    ready.commit({**flow, "params.yaml": "rate: 0.9\n", "wf.toml": IN_ORDER})
    refused = ready.wf("run", "workflows/production.wf")
    assert refused.status == 2
    assert "`staging` must stand at " in refused.err
    ready.done("suspend", "workflows/staging.wf", "--reason", "not ready")
    ready.done("reconcile")
    assert [(run.workflow, run.status) for run in ready.log()] == [
        ("workflows/production.wf", "waiting")
    ]
    [left] = status(ready).suspended
    assert (left["workflow"], left["by"], left["why"]) == (
        "workflows/staging.wf",
        ADA,
        "not ready",
    )
    ready.done("resume", "workflows/staging.wf")
    ready.done("reconcile")
    assert ready.ledger() == ["staging", "production"]


def test_a_suspended_workflow_begins_nothing_until_it_is_resumed(project: Project) -> None:
    project.done("suspend", "workflows/main.wf")
    [reason] = project.done("why", "HEAD").splitlines()[1:]
    assert reason == f"  `workflows/main.wf` is suspended by {ADA}"
    project.done("reconcile")
    assert project.log() == []
    assert "main.wf" in project.done("status")
    assert project.wf("resume", "workflows/main.wf").err == "`workflows/main.wf` is resumed\n"
    project.done("reconcile")
    assert [run.status for run in project.log()] == ["succeeded"]
    again = project.wf("resume", "workflows/main.wf")
    assert (again.status, again.err) == (0, "`workflows/main.wf` is not suspended\n")


def test_no_such_workflow_to_suspend(project: Project) -> None:
    done = project.wf("suspend", "workflows/mian.wf")
    assert done.status == 2
    assert done.err == (
        "git-wf: there is no workflow `workflows/mian.wf`\n  did you mean `workflows/main.wf`?\n"
    )


def test_a_controller_hears_of_a_tag_and_its_run_waits_for_approval(
    kept: Project, start: Start, wait_for: WaitFor
) -> None:
    text = DEPLOY.format(env="production")
    kept.commit({"workflows/main.wf": f"on:tag tag:v*\n\n{text}"})
    controller = start("controller", cwd=kept.path)
    wait_for(lambda: kept.git("for-each-ref", "refs/wf/seen/tags"))
    kept.git("tag", "v1")
    wait_for(lambda: [run.status for run in kept.log()] == ["waiting"])
    kept.done("approve", "latest")
    wait_for(lambda: kept.ledger() == ["production"])
    assert controller.stop().status == 0
