"""What is on record is git's: it travels, outlives git's upkeep, and DVC reads what is its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.records.event import decode
from gitwf.records.store import Records

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

WRITER = """
import sys
from pathlib import Path
from gitwf.records.clock import spell
from gitwf.records.event import Event, RunFinished, RunStarted, encode
from gitwf.records.runs import Snapshot
from gitwf.records.store import Records
from gitwf.repo.repository import Repository

repository = Repository.open(Path.cwd())
records = Records(repository)
commit = repository.commit("HEAD")

def event(run, body):
    return Event(spell(records.clock.now()), records.ids.new(), 0, run, body)

for _ in range(25):
    run = records.ids.new()
    events = [event(run, RunStarted("w.wf", commit.id, commit.tree, "main", "k", "manual"))]
    tip = records.runs.write(Snapshot(run, commit.id, events, b"{}"), None)
    events.append(event(run, RunFinished("succeeded", "w.wf", commit.id, "main", "k", 1.0)))
    records.runs.write(Snapshot(run, commit.id, events, b"{}"), tip)
    records.notes.append({commit.id: [encode(event) for event in events]})
    print(run)
"""


def dvc(folder: Path, *words: str) -> str:
    done = subprocess.run(["dvc", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    return done.stdout.strip()


@pytest.fixture
def played(project: Project) -> Project:
    """The project after two runs."""
    project.done("reconcile")
    project.commit({"params.yaml": "rate: 0.8\n"})
    project.done("reconcile")
    return project


def test_a_clone_with_the_refs_has_the_same_log(played: Project, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    played.git("clone", "--quiet", ".", str(clone))
    fetch = ["git", "fetch", "--quiet", "origin", "refs/notes/wf:refs/notes/wf"]
    subprocess.run([*fetch, "refs/wf/*:refs/wf/*"], cwd=clone, check=True)
    for words in (("log", "--json"), ("log",), ("log", "--env", "production", "--json")):
        ours = played.done(*words)
        assert ours.strip("[] \n")
        assert played.wf(*words, cwd=clone).out == ours


def test_dvc_agrees_in_a_worktree_of_a_run(played: Project, tmp_path: Path) -> None:
    run = played.log()[-1].run
    place = tmp_path / "of the run"
    ref = f"refs/wf/runs/*/{run}"
    (name,) = played.git("for-each-ref", "--format=%(refname)", ref).splitlines()
    played.git("worktree", "add", "--quiet", "--detach", str(place), name)
    (place / ".dvc" / "config.local").write_text(
        f"[cache]\n    dir = {played.path / '.dvc' / 'cache'}\n"
    )
    dvc(place, "checkout")
    assert (place / "model.bin").read_bytes() == b"\x00\xff model of rate 0.9"
    assert dvc(place, "status") == "Data and pipelines are up to date."
    before = played.ledger()
    assert "didn't change, skipping" in dvc(place, "repro")
    assert played.ledger() == before
    metrics = msgspec.json.decode(dvc(place, "metrics", "show", "--json"))
    assert metrics == {"": {"data": {"metrics.json": {"data": {"accuracy": 0.9}}}}}


def cached(folder: Path) -> dict[str, bytes]:
    """Return what is in a DVC cache: objects and run-cache entries, by path."""
    cache = folder / ".dvc" / "cache"
    return {
        path.relative_to(cache).as_posix(): path.read_bytes()
        for path in cache.rglob("*")
        if path.is_file()
    }


def test_dvc_repro_makes_the_same_files(project: Project, tmp_path: Path) -> None:
    project.done("reconcile")
    (run,) = project.log()
    ref = project.git("for-each-ref", "--format=%(refname)", f"refs/wf/runs/*/{run.run}")
    other = tmp_path / "other"
    project.git("clone", "--quiet", ".", str(other))
    stages = project.git("show", f"{ref}:dvc.yaml") + "\n"
    (other / "dvc.yaml").write_text(stages)
    dvc(other, "repro")
    lock = (other / "dvc.lock").read_text()
    assert project.git("show", f"{ref}:dvc.lock") + "\n" == lock
    # What a command printed is no object of DVC's: it is ours, beside them.
    theirs = cached(other)
    assert {path: cached(project.path).get(path) for path in theirs} == theirs
    assert {path for path in cached(project.path) if path.startswith("runs/")} == {
        path for path in theirs if path.startswith("runs/")
    }


UPKEEP = {
    "gc": ("gc", "--quiet"),
    "pack-refs": ("pack-refs", "--all"),
    "reflog": ("reflog", "expire", "--expire=now", "--all"),
}


def _have_ended(project: Project, count: int) -> bool:
    return len(project.ended()) == count


def test_upkeep_beside_the_controller_harms_nothing(
    project: Project, start: Start, wait_for: Callable[[Callable[[], object]], object]
) -> None:
    controller = start("controller", cwd=project.path)
    controller.says("watching")
    for number, words in enumerate(UPKEEP.values(), 1):
        wait_for(partial(_have_ended, project, number))
        project.git(*words)
        before = project.done("log", "--json")
        assert project.done("log", "--json") == before
        project.commit({"params.yaml": f"rate: 0.{number + 5}\n"})
    wait_for(partial(_have_ended, project, len(UPKEEP) + 1))
    assert controller.stop().status == 0
    project.git("gc", "--quiet", "--prune=now")
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert [run.status for run in project.log()] == ["succeeded"] * 4


def test_eight_processes_lose_no_record(project: Project) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER], cwd=project.path, stdout=subprocess.PIPE, text=True
        )
        for _ in range(8)
    ]
    runs = [run for writer in writers for run in writer.communicate()[0].split()]
    assert [writer.returncode for writer in writers] == [0] * 8
    assert len(set(runs)) == 8 * 25
    records = Records(project.folder.open())
    assert sorted(run.record.run for run in records.runs.newest()) == sorted(runs)
    assert {run.record.status for run in records.runs.newest()} == {"succeeded"}
    head = project.git("rev-parse", "HEAD")
    noted = [decode(line) for line in records.notes.read(head)]
    assert sorted((e.run or "", type(e.body).__name__) for e in noted) == sorted(
        (run, body) for run in runs for body in ("RunStarted", "RunFinished")
    )
    assert project.git("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--workflow main.wf", ""),
        ("--workflow workflows/main.wf", ""),
        ("--workflow ain.wf", "no run on record is of `ain.wf`: there are `workflows/main.wf`\n"),
        (
            "--workflow workflows/mian.wf",
            "no run on record is of `workflows/mian.wf`: did you mean `workflows/main.wf`?\n",
        ),
        ("--branch mian", "no run on record is of the branch `mian`: did you mean `main`?\n"),
        ("--env staging", "no run on record has changed `staging`: there are `production`\n"),
    ],
)
def test_what_log_is_asked_for_and_nothing_has(played: Project, words: str, said: str) -> None:
    for form in ((), ("--json",)):
        done = played.wf("log", *words.split(), *form)
        assert (done.status, done.err) == (0, said)
        assert (done.out in ("", "[]\n")) is bool(said)


def test_a_commit_without_a_run(played: Project) -> None:
    played.git("commit", "--quiet", "--allow-empty", "--message", "Nothing")
    done = played.wf("show", "HEAD")
    said = "git-wf: the commit `HEAD` has no run\n  `git wf why HEAD` says why\n"
    assert (done.status, done.out, done.err) == (2, "", said)
