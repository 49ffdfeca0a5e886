"""`git wf why`: what made a run and its stages run, with the commit that changed it."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

FLOW = """\
on:commit

define:/prepare
  ↳ run  → cat data/raw.csv words.txt > ready.txt
  ↳ deps → data/raw.csv words.txt
  ↳ outs → ready.txt

define:/train
  ↳ run    → sh train.sh
  ↳ deps   → train.sh ready.txt
  ↳ params → model.rate
  ↳ outs   → model.bin

define:/deploy
  ↳ run    → echo deployed
  ↳ effect → production

/prepare && /train && /deploy && /echo done
"""
FILES: dict[str, str | bytes] = {
    "workflows/main.wf": FLOW,
    "words.txt": "one\n",
    "train.sh": "wc -c < ready.txt > model.bin\n",
    "params.yaml": "model:\n  rate: 0.9\n  depth: 3\n",
}
HERE = """\
on:commit

define:/test
  ↳ run  → cat notes/* data/raw.csv words.txt > test.txt
  ↳ deps → notes data/raw.csv words.txt
  ↳ outs → test.txt

/test
"""
"""A stage that reads a folder, what a `.dvc` file tracks, and a file."""
ID = r"[0-9A-HJKMNP-TV-Z]{26}"


@pytest.fixture
def trained(ready: Project) -> Project:
    """A repository with a run that trained on data which a `.dvc` file tracks."""
    track(ready, "1,2\n")
    ready.commit(FILES, "First model")
    ready.done("reconcile")
    return ready


def track(project: Project, text: str) -> None:
    project.folder.write({"data/raw.csv": text})
    subprocess.run(["dvc", "add", "--quiet", "data/raw.csv"], cwd=project.path, check=True)


def said(project: Project, *words: str) -> str:
    """Return what `git wf why latest` says, with ids and hashes by what they name."""
    text = project.done("why", "latest", *words)
    for number, record in enumerate(reversed(project.log()), 1):
        text = text.replace(record.run, f"R{number}").replace(record.commit[:10], f"C{number}")
    return re.sub(r"\b[0-9a-f]{10}\b", "HASH", text)


def test_the_first_run(trained: Project) -> None:
    expected = """\
run R1 of workflows/main.wf: succeeded
  commit C1 on main asked for it
  the first run of this workflow on record
5/1  /prepare: executed (no run before has a result of it)
5/2  /train: executed (no run before has a result of it)
5/3  /deploy: executed (an effect is done in every run)
5/4  /echo done: executed (a command without outs always runs)
"""
    assert said(trained) == expected


def test_a_dep_and_what_was_written_from_it(trained: Project) -> None:
    trained.commit({"words.txt": "two, three\n"}, "Use other words")
    trained.done("reconcile")
    expected = """\
run R2 of workflows/main.wf: succeeded
  commit C2 on main asked for it
  since run R1 there changed
    words.txt  HASH → HASH  by C2 Use other words
5/1  /prepare: executed (no result for these deps in the run cache)
  since run R1 there changed
    words.txt  HASH → HASH  by C2 Use other words
5/2  /train: executed (no result for these deps in the run cache)
  since run R1 there changed
    ready.txt  HASH → HASH  written by stage prepare
5/3  /deploy: executed (an effect is done in every run)
5/4  /echo done: executed (a command without outs always runs)
"""
    assert said(trained) == expected


def test_data_that_dvc_tracks(trained: Project) -> None:
    track(trained, "3,4,5\n")
    trained.commit({}, "More data")
    trained.done("reconcile")
    expected = """\
5/1  /prepare: executed (no result for these deps in the run cache)
  since run R1 there changed
    data/raw.csv  HASH → HASH  by C2 More data
"""
    assert said(trained, "prepare") == expected


def test_a_param_by_the_commit_that_changed_it(trained: Project) -> None:
    trained.commit({"params.yaml": "model:\n  rate: 0.8\n  depth: 3\n"}, "Lower the rate")
    trained.commit({"params.yaml": "model:\n  rate: 0.8\n  depth: 4\n"}, "Go deeper")
    trained.done("reconcile")
    expected = """\
5/2  /train: executed (no result for these deps in the run cache)
  since run R1 there changed
    params.yaml:model.rate  0.9 → 0.8  by HASH Lower the rate
"""
    assert said(trained, "5/2") == expected


def test_the_text_of_a_command(trained: Project) -> None:
    text = FLOW.replace("sh train.sh", "sh -e train.sh")
    trained.commit({"workflows/main.wf": text}, "Stop at errors")
    trained.commit({"workflows/main.wf": f"# How we train.\n{text}"}, "Say what it is")
    changed = trained.git("rev-parse", "HEAD~1")[:10]
    trained.done("reconcile")
    text = trained.done("why", "latest", "train")
    assert text.endswith(
        f"    command  sh train.sh → sh -e train.sh  by {changed} Stop at errors\n"
    )


def test_what_was_restored_names_who_executed_it(trained: Project) -> None:
    trained.commit({"words.txt": "two, three\n"}, "Use other words")
    trained.done("reconcile")
    trained.revert()
    trained.done("reconcile")
    assert said(trained, "train") == (
        "5/2  /train: restored, as run R1 executed it (the run cache has a result for these deps)\n"
    )


def test_an_out_that_was_deleted_from_the_cache(trained: Project) -> None:
    shutil.rmtree(trained.path / ".dvc" / "cache" / "files")
    shutil.rmtree(trained.path / ".dvc" / "cache.kept")
    track(trained, "1,2\n")
    trained.commit({"README.md": "words\n"})
    trained.done("run", "workflows/main.wf")
    assert said(trained, "prepare") == (
        "5/1  /prepare: executed (what it wrote before is no longer in the cache)\n"
    )
    assert "nothing that decides what it does changed since run R1\n" in said(trained)


def test_a_stage_that_is_forced(trained: Project) -> None:
    text = FLOW.replace("&& /train &&", "&& { /echo x | /train } &&")
    trained.commit({"workflows/main.wf": text}, "Have it read a pipe")
    trained.done("reconcile")
    assert "/train: executed (it reads a pipe)\n" in said(trained, "train")


def test_a_commit_without_a_run(trained: Project) -> None:
    run = trained.log()[0].run
    commit = trained.commit({"README.md": "words\n"}, "Words")
    unseen = trained.done("why", "HEAD")
    assert unseen == f"commit {commit[:10]} has no run\n  no controller has looked at it yet\n"
    trained.done("reconcile")
    reason = trained.note()[0]["reason"]
    assert run in str(reason)
    assert trained.done("why", "HEAD") == f"commit {commit[:10]} has no run\n  {reason}\n"
    found = msgspec.json.decode(trained.done("why", "HEAD", "--json"))
    assert found == {"commit": commit, "reasons": [reason]}


def test_as_json(trained: Project) -> None:
    commit = trained.commit({"words.txt": "two\n"}, "Use other words")
    trained.done("reconcile")
    new, old = (record.run for record in trained.log())
    found = msgspec.json.decode(
        trained.done("why", new, "prepare", "--json"), type=dict[str, object]
    )
    assert (found["run"], found["since"], found["trigger"]) == (new, old, "commit")
    (step,) = msgspec.convert(found["steps"], list[dict[str, object]])
    (cause,) = msgspec.convert(step["causes"], list[dict[str, dict[str, str]]])
    assert cause["by"] == {"commit": commit, "subject": "Use other words"}
    assert {"kind": "dep", "name": "words.txt"}.items() <= cause["change"].items()


def test_what_it_cannot_say(trained: Project) -> None:
    run = trained.log()[0].run
    done = trained.wf("why", run, "nonsense")
    said = (
        f"git-wf: run `{run}` has no step `nonsense` that ended\n  `git wf show {run}` lists them\n"
    )
    assert (done.status, done.out, done.err) == (2, "", said)
    done = trained.wf("why", "nonsense")
    said = "git-wf: there is no run `nonsense`\n  `git wf log` lists them\n"
    assert (done.status, done.out, done.err) == (2, "", said)


def test_a_stage_that_failed_in_the_run_before_is_compared_with_the_one_before_that(
    trained: Project,
) -> None:
    """The lock entry that is committed is in the tree of every run: also where the stage failed."""
    trained.done("checkout", "latest")
    trained.commit({}, "Lock it")
    trained.commit(
        {"params.yaml": "model:\n  rate: 0.8\n", "train.sh": "exit 3\n"}, "Break the training"
    )
    trained.done("reconcile", status=1)
    trained.done("retry", "latest", status=1)
    trained.commit({"train.sh": "wc -w < ready.txt > model.bin\n"}, "Mend it")
    trained.done("reconcile")
    expected = """\
run R4 of workflows/main.wf: succeeded
  commit C4 on main asked for it
  since run R3, which failed, there changed
    train.sh  HASH → HASH  by C4 Mend it
5/1  /prepare: restored, as run R1 executed it (its outs are those of `dvc.lock`)
5/2  /train: executed (`train.sh` is not that of `dvc.lock`)
  since run R1 there changed
    train.sh                HASH → HASH  by C4 Mend it
    params.yaml:model.rate  0.9 → 0.8                by C2 Break the training
5/3  /deploy: executed (an effect is done in every run)
5/4  /echo done: executed (a command without outs always runs)
"""
    assert said(trained) == expected


def test_which_files_of_a_folder(trained: Project) -> None:
    """Git's hash of a folder and DVC's say nothing to anybody."""
    notes: dict[str, str | bytes] = {f"notes/{n}.txt": "a\n" for n in ("a", "b", "c", "d", "same")}
    trained.commit({**notes, "workflows/main.wf": HERE}, "Read notes")
    trained.done("reconcile")
    (trained.path / "notes" / "b.txt").unlink()
    others: dict[str, str | bytes] = {f"notes/{n}.txt": "b\n" for n in ("a", "c", "e")}
    trained.commit(others, "Take other notes")
    expected = """\
  since run R2 there changed
    notes  a.txt, b.txt, c.txt and 1 more  by C3 Take other notes
"""
    foreseen = trained.done("plan")
    trained.done("reconcile")
    assert said(trained, "test").endswith(expected)
    assert expected in said(trained)
    assert expected.splitlines()[1].replace("C3", trained.log()[0].commit[:10]) in foreseen


def test_a_run_of_the_working_tree_is_compared_with_commits(trained: Project) -> None:
    """Files that nobody has touched have not changed, whichever of the two came first."""
    trained.commit({"notes/a.txt": "a\n", "workflows/main.wf": HERE}, "Read notes")
    trained.done("run", "workflows/main.wf", "--here")
    assert said(trained, "test").endswith("(no run before has a result of it)\n")
    plan = trained.done("plan")
    assert "  nothing that decides what it does changed since run " in plan
    trained.commit({"notes/b.txt": "b\n"}, "Take another note")
    trained.done("reconcile")
    after_here = """\
run R3 of workflows/main.wf: succeeded
  commit C3 on main asked for it
  since run R2 there changed
    notes  b.txt  by C3 Take another note
3  /test: executed (`notes` is not that of `dvc.lock`)
  since run R2 there changed
    notes  HASH → HASH  by C3 Take another note
"""
    assert said(trained) == after_here
    trained.done("run", "workflows/main.wf", "--here")
    after_commit = """\
run R4 of workflows/main.wf: succeeded
  somebody asked for it in the working tree, on commit C3
  nothing in git that decides what it does changed since run R3
3  /test: restored, as run R3 executed it (the run cache has a result for these deps)
"""
    assert said(trained) == after_commit


def test_what_is_not_committed_is_no_commits_doing(trained: Project) -> None:
    trained.commit({"words.txt": "two\n", "train.sh": "wc -w < ready.txt > model.bin\n"}, "Both")
    trained.folder.write({"words.txt": "three\n"})
    trained.done("run", "workflows/main.wf", "--here", status=1)
    expected = """\
  since run R1 there changed
    train.sh   HASH → HASH  by C2 Both
    words.txt  HASH → HASH
5/1  /prepare: executed (no result for these deps in the run cache)
  since run R1 there changed
    words.txt  HASH → HASH
"""
    assert expected in said(trained)


def test_a_command_that_never_began(trained: Project) -> None:
    text = FLOW.replace("→ echo deployed", "→ echo deployed\n  ↳ secrets → NOT_THERE")
    trained.commit({"workflows/main.wf": text}, "Log in first")
    trained.done("reconcile", status=1)
    assert said(trained, "deploy") == (
        "5/3  /deploy: failed (the secret `NOT_THERE` is not in the controller's environment)\n"
    )
    record = trained.log()[0]
    assert (record.executed, record.restored) == (0, 2)


def test_what_dvc_executed_is_said_of_no_run(trained: Project) -> None:
    trained.done("checkout", "latest")
    trained.commit({"words.txt": "two, three\n"}, "Use other words")
    subprocess.run(["dvc", "repro", "-q"], cwd=trained.path, check=True, capture_output=True)
    trained.commit({}, "Play it with DVC")
    trained.done("reconcile")
    assert said(trained, "prepare") == (
        "5/1  /prepare: restored (its outs are those of `dvc.lock`)\n"
    )


FOLDERS: dict[str, str | bytes] = {
    "workflows/main.wf": "on:commit\n/models:fit\n/models:test\n",
    "data/dvc.yaml": "stages:\n  fetch:\n    cmd: cp source.csv big.csv\n    deps: [source.csv]\n"
    "    outs: [big.csv]\n",
    "data/source.csv": "1\n",
    "models/dvc.yaml": "stages:\n"
    "  fit:\n    cmd: cp ../data/big.csv fit.bin\n    deps: [../data/big.csv]\n    params: [rate]\n"
    "    outs: [fit.bin]\n"
    "  test:\n    cmd: cp fit.bin test.txt\n    deps: [fit.bin]\n    outs: [test.txt]\n",
    "models/params.yaml": "rate: 1\n",
}


@pytest.fixture
def folders(ready: Project) -> Project:
    """Stages of folders; one was played by DVC, and its `dvc.lock` is committed."""
    ready.commit(FOLDERS, "First model")
    fetch(ready, "1\n", "Fetch data")
    ready.done("reconcile")
    return ready


def fetch(project: Project, data: str, message: str) -> None:
    project.folder.write({"data/source.csv": data})
    subprocess.run(
        ["dvc", "repro", "-q", "data/dvc.yaml"],
        cwd=project.path,
        check=True,
        capture_output=True,
    )
    project.commit({}, message)


def test_an_out_in_a_lock_file_of_another_folder(folders: Project) -> None:
    fetch(folders, "2\n", "Fetch newer data")
    folders.commit({"data/README.md": "words\n", "data/source.csv": "3\n"}, "Something else")
    folders.done("reconcile")
    changed = "data/big.csv  HASH → HASH  by HASH Fetch newer data"
    expected = f"""\
run R2 of workflows/main.wf: succeeded
  commit C2 on main asked for it
  since run R1 there changed
    {changed}
2  /models:fit: executed (no result for these deps in the run cache)
  since run R1 there changed
    ../{changed}
3  /models:test: executed (no result for these deps in the run cache)
  since run R1 there changed
    fit.bin  HASH → HASH  written by stage models:fit
"""
    assert said(folders).replace(folders.git("rev-parse", "HEAD~1")[:10], "HASH") == expected


def test_a_param_and_the_text_of_a_stage_of_another_folder(folders: Project) -> None:
    folders.commit({"models/params.yaml": "rate: 2\n"}, "Go faster")
    text = str(FOLDERS["models/dvc.yaml"]).replace("cp fit.bin", "cat fit.bin >")
    folders.commit({"models/dvc.yaml": text}, "Write it otherwise")
    folders.done("reconcile")
    text = said(folders)
    assert re.search(
        r"2  /models:fit: .*\n.*\n    params.yaml:rate  1 → 2  by HASH Go faster\n", text
    )
    assert text.endswith(
        "    command  cp fit.bin test.txt → cat fit.bin > test.txt  by C2 Write it otherwise\n"
    )
