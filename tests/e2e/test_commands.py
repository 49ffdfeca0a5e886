"""The commands around the main job: what each changes, what it leaves alone, what `--json` holds."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

KEYS = {
    *("run", "workflow", "commit", "tree", "branch", "key", "status", "attempt", "started"),
    *("seconds", "executed", "restored", "metrics", "envs", "steps"),
}
"""What each run of `log --json` and `show --json` has at least (`docs/cli.md`)."""


def objects(text: str) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in text.splitlines()]


def files(project: Project) -> dict[str, bytes]:
    tracked = project.git("ls-files", "--cached", "--others", "-z").split("\0")
    return {name: (project.path / name).read_bytes() for name in tracked if name}


def test_init_before_the_first_commit_and_again(empty: Project) -> None:
    done = empty.wf("init")
    assert (done.status, done.out) == (0, "")
    before = files(empty), (empty.path / ".git" / "config").read_text()
    assert {"wf.toml", ".dvc/config"} <= before[0].keys()
    again = empty.wf("init")
    assert (again.status, again.out, again.err) == (0, "", "everything is there already\n")
    assert (files(empty), (empty.path / ".git" / "config").read_text()) == before
    assert empty.wf("reconcile").status == 0


def test_init_in_a_dvc_project_changes_nothing_of_it(empty: Project) -> None:
    subprocess.run(["dvc", "init", "--quiet"], cwd=empty.path, check=True)
    empty.commit({"dvc.yaml": "stages: {}  # mine\n", "params.yaml": "rate: 1\n"})
    before = files(empty)
    empty.done("init")
    assert before.items() <= files(empty).items()
    assert empty.git("status", "--short", "--untracked-files=no") == ""


def test_sync_keeps_what_a_person_wrote(project: Project) -> None:
    own = "# Mine.\nstages:\n  other:  # by hand\n    cmd: echo other\n"
    project.commit({"dvc.yaml": own})
    check = project.wf("sync", "--check")
    said = "differs from its definition: stage `train`\n"
    assert (check.status, check.out, check.err) == (1, "", said)
    assert (project.path / "dvc.yaml").read_text() == own
    written = project.wf("sync")
    assert (written.status, written.out, written.err) == (0, "", "wrote stage `train`\n")
    assert (project.path / "dvc.yaml").read_text().startswith(own)
    assert project.wf("sync", "--check").status == 0


def test_checkout_brings_the_outs_of_a_run_back(project: Project) -> None:
    project.done("reconcile")
    project.done("checkout", project.log()[0].run)
    assert (project.path / "model.bin").read_bytes() == b"\x00\xff model of rate 0.9"
    done = subprocess.run(
        ["dvc", "status"], cwd=project.path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "Data and pipelines are up to date.\n"
    assert "model.bin" not in project.git("status", "--short", "--untracked-files=all")


def test_what_json_holds(project: Project) -> None:
    events = objects(project.done("reconcile", "--json"))
    types = [event["type"] for event in events]
    assert (types[0], types[-1]) == ("run.started", "run.finished")
    assert types.count("step.finished") == 2
    (run,) = msgspec.json.decode(project.done("log", "--json"), type=list[dict[str, object]])
    assert run.keys() >= KEYS
    assert msgspec.json.decode(project.done("show", str(run["run"]), "--json")) == run
    status = msgspec.json.decode(project.done("status", "--json"), type=dict[str, object])
    assert status.keys() >= {"branches", "runs", "refused", "envs", "lease", "unpushed"}
    assert isinstance(status["envs"], list)
    assert status["envs"][0].keys() >= {"env", "state", "run", "commit", "since"}
    played = objects(project.done("run", "workflows/main.wf", "--json"))
    assert played[-1]["type"] == "run.finished"


def test_a_run_of_the_working_tree_counts_for_nothing(project: Project) -> None:
    project.folder.write({"params.yaml": "rate: 0.7\n"})
    refused = project.wf("run", "workflows/main.wf", "--here")
    assert refused.status == 1
    assert "with `--here` a run changes no environment: add `--effects` to allow it" in refused.err
    assert project.ledger() == ["train 0.7"]
    (run,) = project.log()
    assert run.trigger == "here"
    project.done("reconcile")
    assert project.ledger() == ["train 0.7", "train 0.9", "deploy"]
    project.done("run", "workflows/main.wf", "--here", "--effects")
    assert project.served.read_bytes() == b"\x00\xff model of rate 0.7"


def test_an_interrupt_cancels_the_run_and_its_processes(
    gated: Project, start: Start, wait_for: Callable[[Callable[[], object]], object]
) -> None:
    process = start("run", "workflows/main.wf", cwd=gated.path)
    wait_for(gated.ledger)
    leader = gated.job_pid()
    process.signal(signal.SIGINT)
    assert process.end().status == 130
    wait_for(lambda: not is_alive(leader))
    (run,) = gated.log()
    assert run.status == "cancelled"
    assert gated.ledger() == ["train"]


def is_alive(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True
