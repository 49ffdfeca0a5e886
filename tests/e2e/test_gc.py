"""`git wf gc`: what `[keep]` no longer covers goes, and nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

ONE = "[keep]\nenv = 1\nruns = 1\ndays = 0\n"


@pytest.fixture
def thrice(project: Project) -> Project:
    """The project after three runs, of which one is to be kept."""
    project.commit({"wf.toml": ONE})
    for rate in ("0.9", "0.8", "0.7"):
        project.commit({"params.yaml": f"rate: {rate}\n"})
        project.done("reconcile")
    return project


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")


def kept(project: Project) -> list[bytes]:
    """Return the models that are kept."""
    found = (path.read_bytes() for path in files(project.path / ".dvc" / "cache.kept"))
    return sorted(data for data in found if b"model" in data)


def runs(project: Project) -> list[str]:
    return sorted(path.name for path in (project.path / ".git" / "wf" / "runs").iterdir())


def test_what_keep_no_longer_covers_is_freed(thrice: Project) -> None:
    ids = sorted(record.run for record in thrice.log())
    before = (kept(thrice), runs(thrice))
    assert (len(before[0]), before[1]) == (3, ids)
    said = thrice.wf("gc", "--dry-run").err.splitlines()
    assert (kept(thrice), runs(thrice)) == before
    assert [line.partition(":")[2] for line in said[:2]] == [" 2 job folders", " 4 objects"]
    assert said[1].startswith("would free 0 bytes")
    assert said[2].endswith(" more are in DVC's cache alone now: `dvc gc` frees them")
    assert said[3] == "would archive 2 runs"
    assert thrice.wf("gc").err.splitlines()[1] == "freed 0 bytes: 4 objects"
    assert (kept(thrice), runs(thrice)) == ([b"\x00\xff model of rate 0.7"], ids[-1:])
    assert [record.run for record in thrice.log()] == ids[::-1]
    assert thrice.wf("gc").err == "nothing to free: `[keep]` covers all that is there\n"
    assert thrice.done("fsck") == ""


def test_runs_that_went_into_an_archive_are_read_as_before(thrice: Project) -> None:
    ids = sorted(record.run for record in thrice.log())
    reads = (["log", "--json"], ["status"], *(["show", run] for run in ids), ["why", ids[0]])
    before = [thrice.done(*words) for words in reads]
    assert thrice.wf("gc").err.splitlines()[-1] == "archived 2 runs"
    refs = thrice.git("for-each-ref", "--format=%(refname)", "refs/wf").splitlines()
    kinds = [ref.split("/")[2] for ref in refs if "/seen/" not in ref]
    assert kinds == ["archive", "env", "runs"]
    assert [thrice.done(*words) for words in reads[:2]] == before[:2]
    assert [thrice.done(*words).split("\n  log ")[0] for words in reads] == before
    thrice.git("gc", "--quiet", "--prune=now")
    assert thrice.done("fsck") == ""
    thrice.git("fsck", "--strict", "--no-dangling")
    trained = thrice.ledger().count("train 0.8")
    thrice.commit({"params.yaml": "rate: 0.8\n"})
    thrice.done("reconcile")
    assert thrice.ledger().count("train 0.8") == trained
    assert thrice.log()[0].status == "succeeded"
    thrice.done("rollback", "production", "--to", ids[0])


@pytest.mark.slow
def test_dvc_gc_deletes_what_was_let_go_and_no_more(thrice: Project) -> None:
    thrice.wf("gc")
    subprocess.run(["dvc", "gc", "-w", "-f"], cwd=thrice.path, check=True, capture_output=True)
    thrice.done("checkout", thrice.log()[0].run)
    assert (thrice.path / "model.bin").read_bytes() == b"\x00\xff model of rate 0.7"
    done = thrice.wf("checkout", thrice.log()[1].run)
    assert done.status == 2
    assert "no longer in the cache" in done.err


def test_drafts_of_processes_that_were_killed_go(project: Project) -> None:
    project.done("reconcile")
    folder = project.path / ".dvc" / "cache" / "files" / "md5"
    old, new = folder / ".object.0123.tmp", folder / ".object.4567.tmp"
    for draft in (old, new):
        draft.write_bytes(bytes(1500))
    os.utime(old, (0, 0))
    assert project.wf("gc").err == "freed 1.5 kB: 1 draft\n"
    assert (old.exists(), new.exists()) == (False, True)


def test_fsck_finds_an_object_that_is_not_what_it_was(project: Project) -> None:
    project.done("reconcile")
    [model] = [p for p in files(project.path / ".dvc/cache/files") if b"model" in p.read_bytes()]
    status = model.stat()
    model.chmod(0o644)
    model.write_bytes(model.read_bytes().replace(b"model", b"modem"))
    model.chmod(0o444)
    os.utime(model, ns=(status.st_atime_ns, status.st_mtime_ns))
    found = project.done("fsck", status=1)
    [ref] = project.ended()
    assert found == (
        f"{ref}: `model.bin` was damaged in the cache, and removed: "
        "it comes from the remote when it is wanted again, or is made again\n"
    )
    assert "`model.bin` is not in the cache:" in project.done("fsck", status=1)
