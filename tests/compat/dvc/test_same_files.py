"""The same stages, run by `dvc repro` and by us, leave the same files."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Protocol

import pytest

from gitwf.data.look import Look


class Played(Protocol):
    root: Path
    looks: dict[str, Look]


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_lock_file_is_the_same_to_the_byte(theirs: Path, ours: Played) -> None:
    expected = (theirs / "dvc.lock").read_text(encoding="utf-8")
    assert (ours.root / "dvc.lock").read_text(encoding="utf-8") == expected


def test_the_objects_are_the_same(theirs: Path, ours: Played) -> None:
    assert files(ours.root / ".dvc/cache/files") == files(theirs / ".dvc/cache/files")


def test_the_run_cache_is_the_same(theirs: Path, ours: Played) -> None:
    expected = files(theirs / ".dvc/cache/runs")
    assert files(ours.root / ".dvc/cache/runs") == expected
    assert len(expected) == 4


def test_the_run_cache_key_is_known_before_the_command_runs(theirs: Path, ours: Played) -> None:
    keys = {path.parent.name for path in (theirs / ".dvc/cache/runs").glob("*/*/*")}
    known = {name: seen.key for name, seen in ours.looks.items()}
    assert keys == {known[name] for name in ("prepare", "train", "below", "only-params")}
    assert known["growing"] is None
    assert known["alone"] is None


@pytest.mark.parametrize("folder", [".", "out", "work"])
def test_git_ignores_the_same(theirs: Path, ours: Played, folder: str) -> None:
    expected = (theirs / folder / ".gitignore").read_text(encoding="utf-8")
    assert set((ours.root / folder / ".gitignore").read_text(encoding="utf-8").split()) == set(
        expected.split()
    )


@pytest.mark.parametrize("out", ["out", "work/copy.bin", "model.bin", "log.txt", "plain.bin"])
def test_the_outs_are_the_same(theirs: Path, ours: Played, out: str) -> None:
    assert content(ours.root / out) == content(theirs / out)


def content(path: Path) -> list[tuple[str, bytes, bool]]:
    """Return name, bytes and executability of the file, or of all files of the folder."""
    return [
        (file.name, file.read_bytes(), os.access(file, os.X_OK))
        for file in sorted([path, *path.rglob("*")])
        if file.is_file() and file.name != ".gitignore"
    ]
