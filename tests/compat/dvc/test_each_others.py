"""What we did is done for `dvc`, and what `dvc` did is done for us."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from gitwf.data.checkout import checkout_entries, restorable
from gitwf.data.dvcyaml import read_stages
from gitwf.data.look import Look
from gitwf.data.mergeyaml import merge_stages
from gitwf.data.ownstages import OwnStages
from gitwf.data.project import Project, prepare_workspace
from gitwf.plan.stage import Stage

UP_TO_DATE = "Data and pipelines are up to date.\n"


class Played(Protocol):
    root: Path
    looks: dict[str, Look]


class Dvc(Protocol):
    def __call__(self, folder: Path, *arguments: str) -> str: ...
    def run(self, folder: Path, *command: str) -> str: ...


def test_dvc_finds_what_we_did_up_to_date(dvc: Dvc, ours: Played) -> None:
    assert dvc(ours.root, "status") == UP_TO_DATE


def test_dvc_reads_the_stages_that_we_write(
    dvc: Dvc, ours: Played, with_cache_of: Callable[[Path], Path], play: Callable[[Path], Played]
) -> None:
    root = with_cache_of(ours.root)
    stages = read_stages((root / "dvc.yaml").read_text(encoding="utf-8"))
    known = [stage for stage in stages.values() if isinstance(stage, Stage)]
    (root / "dvc.yaml").write_text(merge_stages(None, known), encoding="utf-8")
    play(root)
    assert dvc(root, "status") == UP_TO_DATE


@pytest.mark.parametrize("links", ["hardlink", "symlink"])
def test_dvc_finds_linked_outs_up_to_date(
    dvc: Dvc, copied: Callable[[], Path], play: Callable[[Path], Played], links: str
) -> None:
    root = copied()
    (root / ".dvc" / "config").write_text(f"[cache]\n    type = {links}\n", encoding="utf-8")
    play(root)
    model = root / "model.bin"
    assert model.is_symlink() if links == "symlink" else model.stat().st_nlink > 1
    assert dvc(root, "status") == UP_TO_DATE
    (root / "dvc.lock").unlink()
    assert "train" in {n for n, seen in play(root).looks.items() if seen.entry is not None}
    assert dvc(root, "status") == UP_TO_DATE


def test_dvc_has_nothing_to_run_after_us(dvc: Dvc, ours: Played) -> None:
    names = list(ours.looks)
    skipped = "".join(f"Stage '{name}' didn't change, skipping\n" for name in names)
    assert dvc(ours.root, "repro") == skipped + UP_TO_DATE


def test_we_have_nothing_to_run_after_dvc(theirs: Path, play: Callable[[Path], Played]) -> None:
    before = (theirs / "dvc.lock").read_bytes()
    assert {seen.reason for seen in play(theirs).looks.values()} == {
        "its outs are those of `dvc.lock`, and in place"
    }
    assert (theirs / "dvc.lock").read_bytes() == before


def test_dvc_restores_from_our_cache(
    dvc: Dvc, ours: Played, with_cache_of: Callable[[Path], Path]
) -> None:
    said = dvc(with_cache_of(ours.root), "repro", "prepare", "train", "below", "only-params")
    cached = [line.split("'")[1] for line in said.splitlines() if "is cached - skipping" in line]
    assert cached == ["prepare", "train", "below", "only-params"]
    assert "Running stage" not in said


def test_we_restore_from_the_cache_of_dvc(
    dvc: Dvc,
    theirs: Path,
    with_cache_of: Callable[[Path], Path],
    play: Callable[[Path], Played],
) -> None:
    played = play(with_cache_of(theirs))
    restored = [name for name, seen in played.looks.items() if seen.entry is not None]
    assert restored == ["prepare", "train", "below", "only-params"]
    assert dvc(played.root, "status") == UP_TO_DATE
    expected = (theirs / "dvc.lock").read_text(encoding="utf-8")
    assert (played.root / "dvc.lock").read_text(encoding="utf-8") == expected


def test_a_worktree_uses_the_cache_of_its_repository(
    dvc: Dvc, ours: Played, tmp_path: Path, with_cache_of: Callable[[Path], Path]
) -> None:
    root = with_cache_of(ours.root)
    for name in ("dvc.lock", "plain.bin", "kept.json"):
        shutil.copy(ours.root / name, root / name)
    dvc.run(root, "git", "add", "-A")
    dvc.run(root, "git", "commit", "-qm", "results")
    worktree = tmp_path / "worktree"
    dvc.run(root, "git", "worktree", "add", "-q", str(worktree))
    prepare_workspace(Project.open(root), worktree)
    dvc(worktree, "checkout", "-q")
    assert dvc(worktree, "status") == UP_TO_DATE
    assert ".dvc" not in dvc.run(worktree, "git", "status", "--porcelain")
    assert not (worktree / ".dvc" / "cache").exists()


def test_outs_of_a_past_run_come_into_a_working_tree(
    dvc: Dvc, ours: Played, with_cache_of: Callable[[Path], Path]
) -> None:
    project = Project.open(with_cache_of(ours.root))
    lock = (ours.root / "dvc.lock").read_text(encoding="utf-8")
    stages = (ours.root / "dvc.yaml").read_text(encoding="utf-8")
    known = OwnStages({"dvc.yaml": stages}.get, lambda _: False).of(".")
    placed = checkout_entries(project, lock, known, ["out", "empty"])
    assert placed == ["out/folder", "out/tool", "empty"]
    assert dvc(project.root, "status", "prepare", "only-params") == UP_TO_DATE
    assert (project.root / "dvc.yaml").read_text(encoding="utf-8") == stages


def test_a_run_is_restorable_while_its_objects_are_there(
    ours: Played, with_cache_of: Callable[[Path], Path]
) -> None:
    root = with_cache_of(ours.root)
    lock = "".join(
        (ours.root / "dvc.lock").read_text(encoding="utf-8").partition("  uncached:")[:1]
    )
    assert restorable(Project.open(root), lock)
    model = Project.open(root).cache.add(ours.root / "model.bin")
    Project.open(root).cache.path(model.md5).unlink()
    found = restorable(Project.open(root), lock)
    assert not found
    assert "model.bin" in found.missing


def test_data_that_dvc_tracks_comes_from_the_cache(
    dvc: Dvc, copied: Callable[[], Path], play: Callable[[Path], Played]
) -> None:
    root = copied()
    shutil.move(root / "source", root / "raw")
    (root / "raw" / "below" / "gone.tmp").unlink()
    dvc.run(root, "git", "rm", "-rq", "--cached", "source")
    dvc(root, "add", "-q", "raw")
    shutil.rmtree(root / "raw")
    (root / "dvc.yaml").write_text(
        "stages:\n  copy:\n    cmd: cp raw/a.txt copy.txt\n    deps: [raw/a.txt]\n    outs: [copy.txt]\n",
        encoding="utf-8",
    )
    played = play(root)
    assert (root / "raw" / "below" / "ü b.txt").read_text(encoding="utf-8") == "ü"
    assert played.looks["copy"].reason == "no result for these deps in the run cache"
    assert dvc(root, "status") == UP_TO_DATE
