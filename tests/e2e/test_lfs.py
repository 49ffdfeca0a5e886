"""Files of LFS in runs: a stage reads what a person has checked out, and is hashed as `dvc repro` hashes it there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.gitlfs import needs_git_lfs

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project

pytestmark = needs_git_lfs

DATA = b"1,2\n" * 20_000
WORKFLOW = """\
on:commit

define:/train
  ↳ run  → wc -c < data/large.csv > size.txt && echo train >> "$$LEDGER"
  ↳ deps → data
  ↳ outs → size.txt

/train
"""
LFS = '\n[workspace]\nfilters = ["lfs"]\n'
ATTRIBUTES = "data/*.csv filter=lfs diff=lfs merge=lfs -text\n"


@pytest.fixture
def large(ready: Project) -> Project:
    """A project with a file in LFS; no commit of it has been played."""
    ready.git("lfs", "install", "--local")
    settings = (ready.path / "wf.toml").read_text()
    files: dict[str, str | bytes] = {
        ".gitattributes": ATTRIBUTES,
        "data/large.csv": DATA,
        "data/own.txt": "own\n",
    }
    files |= {"wf.toml": settings + LFS, "workflows/main.wf": WORKFLOW}
    ready.commit(files, "Large data")
    return ready


def repro(project: Project, place: Path) -> dict[str, object]:
    """Return the deps that `dvc repro` writes down in a clone that git-lfs has checked out."""
    project.git("clone", "--quiet", "--no-hardlinks", f"file://{project.path}", str(place))
    shutil.copytree(project.path / ".git" / "lfs", place / ".git" / "lfs")
    subprocess.run(["git", "lfs", "install", "--local"], cwd=place, check=True, capture_output=True)
    subprocess.run(["git", "lfs", "checkout"], cwd=place, check=True, capture_output=True)
    assert (place / "data" / "large.csv").read_bytes() == DATA
    stage = {"cmd": "wc -c < data/large.csv > size.txt", "deps": ["data"], "outs": ["size.txt"]}
    (place / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"train": stage}}))
    words = [sys.executable, "-m", "dvc", "repro", "--quiet"]
    subprocess.run(words, cwd=place, check=True)
    return deps_of((place / "dvc.lock").read_text())


def deps_of(lock: str) -> dict[str, object]:
    (stage,) = yaml.safe_load(lock)["stages"].values()
    (dep,) = stage["deps"]
    return {name: dep[name] for name in ("path", "hash", "md5", "size", "nfiles")}


def foreseen(project: Project) -> tuple[str, str]:
    """Return what `git wf plan` says becomes of the stage, and why."""
    plans = json.loads(project.done("plan", "--json"))
    ((step,),) = (plan["steps"] for plan in plans["workflows"])
    return step["does"], step["reason"]


def test_a_stage_reads_what_people_have(large: Project, tmp_path: Path) -> None:
    large.done("reconcile")
    (run,) = large.log()
    assert run.status == "succeeded"
    (ref,) = large.ended()
    assert deps_of(large.git("show", f"{ref}:dvc.lock")) == repro(large, tmp_path / "checkout")
    large.done("checkout", run.run)
    assert (large.path / "size.txt").read_text().strip() == str(len(DATA))
    large.commit({"data/large.csv": DATA[4:]}, "Other data")
    large.done("reconcile")
    large.commit({"data/large.csv": DATA}, "The data before")
    assert foreseen(large) == ("restored", "its outs are those of `dvc.lock`, and in place")
    large.done("reconcile")
    assert [(run.executed, run.restored) for run in large.log()] == [(0, 1), (1, 0), (1, 0)]
    assert large.ledger() == ["train", "train"]


def test_doctor_says_what_is_needed(large: Project) -> None:
    assert "ok  git-lfs: git-lfs/" in large.done("doctor")
    settings = (large.path / "wf.toml").read_text()
    large.folder.write({"wf.toml": settings.replace(LFS, "")})
    assert (
        "no  workspaces: `data/large.csv` is kept in LFS, and its pointer alone would be played\n"
        '    set `filters = ["lfs"]` in `[workspace]` of `wf.toml`\n'
    ) in large.done("doctor", status=1)


def test_without_the_setting_it_is_refused(large: Project) -> None:
    settings = (large.path / "wf.toml").read_text()
    large.commit({"wf.toml": settings.replace(LFS, "")}, "Without")
    why = "`data/large.csv` is kept in LFS, and its pointer alone would be played"
    way = 'set `filters = ["lfs"]` in `[workspace]` of `wf.toml`'
    settled = large.wf("reconcile")
    commit = large.git("rev-parse", "HEAD")[:10]
    said = f"workflows/main.wf: refused at {commit}: {why}: {way}\n"
    assert (settled.status, settled.out, settled.err) == (1, "", said)
    played = large.wf("run", "workflows/main.wf")
    said = f"git-wf: {why}\n  {way}, or play the working tree with `--here`\n"
    assert (played.status, played.out, played.err) == (2, "", said)
    large.commit({"wf.toml": settings}, "With it")
    large.done("reconcile")
    assert [run.status for run in large.log()] == ["succeeded"]


def test_contents_that_cannot_be_had_fail_the_run_and_a_retry_gets_them(
    large: Project, make_folder: MakeFolder, tmp_path: Path
) -> None:
    origin = make_folder("origin.git", "--bare")
    large.git("remote", "add", "origin", f"file://{origin.path}")
    large.git("push", "--quiet", "origin", "main")
    (large.path / ".git" / "lfs").rename(tmp_path / "lfs")
    (origin.path / "lfs").rename(tmp_path / "kept")
    large.wf("reconcile")
    (run,) = large.log()
    assert (run.status, run.executed) == ("failed", 0)
    assert run.error is not None
    message = str(run.error["message"])
    lacks = "no workspace: the content of `data/large.csv` is not in this clone's LFS store"
    assert message.startswith(f"{lacks}, and `git lfs fetch` failed: ")
    assert run.error["kind"] == "start"
    lacks = "the content of `data/large.csv` is not fetched from LFS yet"
    assert foreseen(large) == ("executed", lacks)
    shutil.rmtree(origin.path / "lfs")
    (tmp_path / "kept").rename(origin.path / "lfs")
    large.done("retry", run.run)
    assert [run.status for run in large.log()] == ["succeeded", "failed"]
    assert large.ledger() == ["train"]


def test_what_a_run_writes_into_such_a_file_does_not_reach_the_next(large: Project) -> None:
    large.commit(
        {
            "workflows/main.wf": "define:/spoil\n  ↳ run → echo >> data/large.csv; wc -c data/large.csv; git status --short\n\n/spoil\n"
        },
        "Spoil it",
    )
    first = large.done("run", "workflows/main.wf")
    assert large.done("run", "workflows/main.wf") == first
    sizes = [large.done("logs", run.run) for run in large.log()]
    assert len(set(sizes)) == 1
    assert f"{len(DATA) + 1} data/large.csv\n M data/large.csv" in sizes[0]
