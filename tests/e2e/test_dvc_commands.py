"""`/dvc:repro`, `/dvc:push` and `/dvc:pull` in a project that DVC has played so far."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

PIPELINE = """\
stages:
  report:
    cmd: echo report >> $LEDGER && cat model.bin scores/a scores/b > report.txt
    deps: [model.bin, scores]
    outs: [report.txt]
  score:
    foreach: [a, b]
    do:
      cmd: echo ${item} >> $LEDGER && cp model.bin scores/${item}
      deps: [model.bin]
      outs:
      - scores/${item}
  train:
    cmd: echo train >> $LEDGER && cp params.yaml model.bin && echo trained
    params: [rate]
    deps: [data.csv]
    outs: [model.bin]
"""
ALL = ["train", "a", "b", "report"]


@pytest.fixture
def pipeline(ready: Project) -> Project:
    ready.commit(
        {
            "workflows/main.wf": "on:commit\n/dvc:repro\n",
            "dvc.yaml": PIPELINE,
            "params.yaml": "rate: 0.9\n",
            "data.csv": "1\n",
            "scores/.gitignore": "",
        },
        "A pipeline",
    )
    return ready


def test_a_pipeline_is_played_once_for_each_change(pipeline: Project) -> None:
    pipeline.done("reconcile")
    assert pipeline.ledger() == ALL
    run = pipeline.log()[0]
    assert [step["command"] for step in run.steps] == ["/train", "/score@a", "/score@b", "/report"]
    pipeline.commit({"README.md": "words\n"})
    pipeline.done("reconcile")
    assert len(pipeline.log()) == 1, "nothing that it reads has changed"
    pipeline.commit({"params.yaml": "rate: 0.8\n"})
    pipeline.done("reconcile")
    assert pipeline.ledger() == ALL * 2
    subprocess.run(["dvc", "gc", "-w", "-f"], cwd=pipeline.path, check=True, capture_output=True)
    pipeline.revert()
    pipeline.done("reconcile")
    assert pipeline.ledger() == ALL * 2, "the revert restores"
    assert pipeline.log()[0].restored == 4
    pipeline.done("checkout", "latest")
    said = subprocess.run(
        ["dvc", "repro"], cwd=pipeline.path, check=True, capture_output=True, text=True
    )
    assert "up to date" in said.stdout
    assert pipeline.ledger() == ALL * 2, "and `dvc repro` has nothing to do"


def test_only_what_is_asked_for_and_needed(pipeline: Project) -> None:
    pipeline.commit({"workflows/main.wf": "/dvc:repro score@b train\n"})
    pipeline.done("run", "workflows/main.wf")
    assert pipeline.ledger() == ["train", "b"]


def test_it_answers_what_the_last_stage_does(pipeline: Project) -> None:
    text = '$said = /dvc:repro train\n/echo "so: $said"\n/dvc:repro train | /cat > copy.txt\n'
    cat = "define:/cat\n  ↳ run → cat >&2\n"
    pipeline.commit({"workflows/main.wf": cat + text})
    done = pipeline.wf("run", "workflows/main.wf")
    assert done.status == 0
    assert "/echo so: trained" in done.err
    assert pipeline.done("logs", "latest", "--json").count("trained") >= 2


def test_a_stage_that_fails_ends_it(pipeline: Project) -> None:
    pipeline.commit({"dvc.yaml": PIPELINE.replace("cp params.yaml model.bin", "false")})
    done = pipeline.wf("run", "workflows/main.wf")
    assert done.status == 1
    assert pipeline.ledger() == ["train"]
    assert "/train: failed" in done.err


REFUSED = {
    "/dvc:repro trian": "WF202 `/dvc:repro`: there is no stage `trian` in `dvc.yaml`",
    "/dvc:repro far": "WF109 the stage `far` of `dvc.yaml` cannot be played: "
    "`s3://bucket/x` is outside of the repository",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_played_is_said_before(pipeline: Project, text: str) -> None:
    far = "  far:\n    cmd: x\n    deps: [s3://bucket/x]\n    outs: [y]\n"
    pipeline.commit({"workflows/main.wf": f"{text}\n", "dvc.yaml": PIPELINE + far})
    done = pipeline.wf("validate")
    assert done.status == 1
    assert f"workflows/main.wf:1:1: {REFUSED[text]}" in done.out + done.err


def test_a_stage_that_only_the_run_knows(pipeline: Project) -> None:
    pipeline.commit({"workflows/main.wf": "$what = /echo train\n/dvc:repro $what\n"})
    pipeline.done("run", "workflows/main.wf")
    assert pipeline.ledger() == ["train"]
    pipeline.commit({"workflows/main.wf": "$what = /echo nothing\n/dvc:repro $what\n"})
    done = pipeline.wf("run", "workflows/main.wf")
    assert done.status == 1
    assert "`/dvc:repro`: there is no stage `nothing` in `dvc.yaml`" in done.err


def test_push_and_pull(pipeline: Project, tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    config = f"[core]\n    remote = store\n['remote \"store\"']\n    url = {remote}\n"
    pipeline.commit({".dvc/config": config, "wf.toml": '[data]\npush = "never"\n'})
    pipeline.commit({"workflows/main.wf": "/dvc:repro train\n/dvc:push\n"})
    pipeline.done("run", "workflows/main.wf")
    assert len([path for path in remote.rglob("*") if path.is_file()]) == 1
    pipeline.commit({"workflows/main.wf": "/dvc:repro train\n/dvc:pull train\n/dvc:pull none\n"})
    done = pipeline.wf("run", "workflows/main.wf")
    assert done.status == 1
    assert "/dvc:pull train: succeeded" in done.err
    assert "/dvc:pull none: failed" in done.err
    assert "'none' does not exist as an output or a stage name" in done.err
    assert pipeline.ledger() == ["train"]
    assert not list((tmp_path / "site").glob("repo/*")), "nothing of the workspace stays"
