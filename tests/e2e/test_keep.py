"""What a rollback needs outlives `dvc gc`; and what is damaged is found before it is used."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

GOOD = b"\x00\xff model of rate 0.9"


def run_twice(project: Project) -> None:
    """Deploy a good model, and then another."""
    project.done("reconcile")
    project.commit({"params.yaml": "rate: 0.8\n"})
    project.done("reconcile")


def objects(project: Project) -> dict[bytes, Path]:
    """Return the objects of the cache by content."""
    found = (project.path / ".dvc" / "cache" / "files").rglob("*")
    return {path.read_bytes(): path for path in found if path.is_file()}


def trained(project: Project) -> list[str]:
    return [line for line in project.ledger() if line.startswith("train")]


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "mode", ["-w", pytest.param("-a", marks=SLOW), pytest.param("-A", marks=SLOW)]
)
def test_dvc_gc_costs_no_training(project: Project, mode: str) -> None:
    run_twice(project)
    subprocess.run(["dvc", "gc", mode, "-f"], cwd=project.path, check=True, capture_output=True)
    assert objects(project) == {}
    project.revert()
    project.done("reconcile")
    assert trained(project) == ["train 0.9", "train 0.8"]
    assert project.served.read_bytes() == GOOD
    assert GOOD in objects(project)
    assert project.git("status", "--porcelain") == ""


def delete(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-3])
    path.chmod(0o444)


def empty(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"")
    path.chmod(0o444)


def flip(path: Path) -> None:
    path.chmod(0o644)
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    path.chmod(0o444)


def lose(path: Path) -> None:
    """Delete an object, and what is kept of it."""
    for kept in path.parents[4].glob(f"cache.kept/*/{path.parent.name}/{path.name}"):
        kept.unlink()
    path.unlink()


DAMAGES = [flip, *(pytest.param(each, marks=SLOW) for each in (truncate, empty, lose))]


def test_a_deleted_object_comes_back_from_what_is_kept(project: Project) -> None:
    run_twice(project)
    delete(objects(project)[GOOD])
    project.revert()
    project.done("reconcile")
    assert trained(project) == ["train 0.9", "train 0.8"]
    assert project.served.read_bytes() == GOOD


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_object_is_found_and_made_again(
    project: Project, damage: Callable[[Path], None]
) -> None:
    run_twice(project)
    damage(objects(project)[GOOD])
    project.revert()
    done = project.wf("reconcile")
    assert done.status == 0
    assert trained(project) == ["train 0.9", "train 0.8", "train 0.9"]
    assert project.served.read_bytes() == GOOD
    assert "/train: executed" not in done.err
    assert project.log()[0].steps[0]["reason"] == "what it wrote before is no longer in the cache"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_object_is_mended_from_the_remote(
    project: Project, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    url = tmp_path / "remote"
    config = f"[core]\n    remote = store\n['remote \"store\"']\n    url = {url}\n"
    project.commit({".dvc/config": config}, "Set up a remote")
    run_twice(project)
    damage(objects(project)[GOOD])
    project.revert()
    project.done("reconcile")
    assert trained(project) == ["train 0.9", "train 0.8"]
    assert project.served.read_bytes() == GOOD
    reason = "the run cache has a result for these deps, brought from the remote `store`"
    assert project.log()[0].steps[0]["reason"] == reason


def test_where_nothing_can_be_kept_the_run_says_so(project: Project) -> None:
    (project.path / ".dvc" / "cache.kept").touch()  # in the way of the links
    project.done("reconcile")
    end = project.events(project.ended()[0])[-1]
    assert (end["status"], end["restorable"]) == ("succeeded", "no")
    assert project.log()[0].steps[0]["warning"] == (
        "`dvc gc` may delete what it wrote: beside the cache there is no place for hard links, "
        "and there is no remote"
    )
