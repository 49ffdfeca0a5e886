"""What one side has hashed, the other does not read again: DVC's state, shared.

A file that is changed behind its time stamp tells who reads it: who believes the state still has
the old hash.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from gitwf.data.project import Project

UNTOUCHED = "Stage 'copy' didn't change, skipping"
SETTLED = 1_700_000_000_123_456_789
BOTH = pytest.mark.parametrize("which", ["dvc", pytest.param("oldest_dvc", marks=pytest.mark.slow)])
PROJECT = {
    "dvc.yaml": "stages:\n  copy:\n    cmd: cp -rp data out\n    deps: [data]\n    outs: [out]\n",
    "data/a": "one",
    "data/below/ü": "two",
}


class Dvc(Protocol):
    environment: Mapping[str, str]

    def run(self, folder: Path, *words: str) -> str: ...


Play = Callable[[Path], object]
Monkey = pytest.MonkeyPatch
Make = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def make(lay_out: Callable[..., Path], files_of: Callable[[Mapping[str, str]], object]) -> Make:
    return lambda texts: lay_out(files_of(texts))


@pytest.fixture
def project(
    which: str, make: Make, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: Monkey
) -> tuple[Path, Dvc]:
    dvc: Dvc = request.getfixturevalue(which)
    root = make(PROJECT)
    config = f"[core]\n    site_cache_dir = {tmp_path}/site\n"
    (root / ".dvc" / "config.local").write_text(config)
    environment = {k: v for k, v in dvc.environment.items() if k != "DVC_SITE_CACHE_DIR"}
    monkeypatch.setattr(dvc, "environment", environment)
    for path in (root / "data").rglob("*"):
        os.utime(path, ns=(SETTLED, SETTLED))
    return root, dvc


def change_unseen(path: Path, text: str) -> None:
    """Write other bytes of the same length into the file, and set its time back."""
    before = path.stat()
    mode = before.st_mode
    path.chmod(0o644)
    path.write_text(text)
    path.chmod(mode)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_ino == before.st_ino


@BOTH
def test_what_dvc_hashed_is_not_read_here(project: tuple[Path, Dvc]) -> None:
    root, dvc = project
    dvc.run(root, "repro")
    locked = Project.open(root).lockfile().entry("copy")
    assert locked is not None
    for name in ("data/a", "data/below/ü", "out/a", "out/below/ü"):
        change_unseen(root / name, "new")
    hasher = Project.open(root).hasher
    assert hasher.of(root / "data").md5 == locked.deps[0].content.md5
    assert hasher.of(root / "out").md5 == locked.outs[0].content.md5
    os.utime(root / "data" / "a")
    assert hasher.of(root / "data").md5 != locked.deps[0].content.md5


@BOTH
def test_what_we_hashed_is_not_read_by_dvc(project: tuple[Path, Dvc], play: Play) -> None:
    root, dvc = project
    dvc.run(root, "status")  # has DVC make its state
    play(root)
    for name in ("data/a", "data/below/ü", "out/a", "out/below/ü"):
        change_unseen(root / name, "new")
    assert "up to date" in dvc.run(root, "status")
    assert UNTOUCHED in dvc.run(root, "repro")
    os.utime(root / "data" / "a")
    assert UNTOUCHED not in dvc.run(root, "repro")


@BOTH
def test_what_is_put_in_place_is_not_read_by_dvc(project: tuple[Path, Dvc], play: Play) -> None:
    root, dvc = project
    dvc.run(root, "repro")
    (root / "out" / "a").unlink()
    (root / "out" / "below" / "ü").unlink()
    play(root)
    change_unseen(root / "out" / "a", "new")
    assert "up to date" in dvc.run(root, "status")


def test_a_state_is_made_where_it_saves_more_than_it_takes(
    dvc: Dvc, make: Make, tmp_path: Path, monkeypatch: Monkey
) -> None:
    site = tmp_path / "site"
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(site))
    monkeypatch.setattr(dvc, "environment", {**dvc.environment, "DVC_SITE_CACHE_DIR": str(site)})
    large, md5 = make({}) / "large", ""
    (large.parent / ".dvc" / "tmp" / "btime").unlink()
    for size in (1 << 10, 65 << 20):
        large.touch()
        os.truncate(large, size)
        os.utime(large, ns=(SETTLED, SETTLED))
        project = Project.open(large.parent)
        md5 = project.hasher.of(large).md5
        project.note_hashes()
        assert site.exists() == (size > 1 << 20)
    with large.open("rb+") as file:
        file.write(b"other")
    os.utime(large, ns=(SETTLED, SETTLED))
    dvc.run(large.parent, "add", "--no-commit", "large")
    assert md5 in large.with_name("large.dvc").read_text()
