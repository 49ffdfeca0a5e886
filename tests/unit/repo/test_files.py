"""Refs read from git's files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.files import RefFiles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Folder

HOUR = 3600 * 1_000_000_000


def _files(folder: Folder) -> RefFiles:
    return RefFiles(folder.path / ".git", folder.path / ".git")


def _age(folder: Folder, nanoseconds: int) -> None:
    """Set back the times of all that stands below the git folder."""
    for path in [*(folder.path / ".git").rglob("*")]:
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - nanoseconds))


def test_symbolic_refs_are_followed(folder: Folder) -> None:
    commit = folder.commit({})
    folder.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    files = _files(folder)
    assert files.read("refs/heads/alias") == files.read("HEAD") == commit
    assert files.target("refs/heads/alias") == "refs/heads/main"
    assert files.target("refs/heads/main") is None


def test_a_circle_of_symbolic_refs_is_nothing(folder: Folder) -> None:
    folder.write(
        {".git/refs/heads/a": "ref: refs/heads/b\n", ".git/refs/heads/b": "ref: refs/heads/a\n"}
    )
    assert _files(folder).read("refs/heads/a") is None


@pytest.mark.parametrize("ref", ["config", "../config", "refs/../config", "refs/heads", "", "main"])
def test_what_is_no_ref_is_not_read(folder: Folder, ref: str) -> None:
    folder.commit({})
    assert _files(folder).read(ref) is None


def test_annotated_tags_among_packed_refs(folder: Folder) -> None:
    folder.commit({})
    folder.git("tag", "--annotate", "--message", "One", "v1")
    folder.git("pack-refs", "--all")
    assert _files(folder).read("refs/tags/v1") == folder.git("rev-parse", "v1")


def test_the_stamp_stays_while_nothing_moves(folder: Folder) -> None:
    folder.commit({})
    _age(folder, HOUR)
    files = _files(folder)
    assert files.stamp("refs/heads/") is not None
    assert files.stamp("refs/heads/") == files.stamp("refs/heads/")


def test_the_stamp_changes_with_every_move(folder: Folder) -> None:
    commits = [folder.commit({}, f"Commit {n}") for n in range(2)]
    files = _files(folder)
    moves = [
        ("update-ref", "refs/wf/a/b", commits[0]),
        ("update-ref", "refs/wf/a/b", commits[1]),
        ("pack-refs", "--all"),
        ("update-ref", "refs/wf/c", commits[0]),
        ("update-ref", "-d", "refs/wf/a/b"),
        ("pack-refs", "--all"),
    ]
    stamps = []
    for move in moves:
        folder.git(*move)
        _age(folder, HOUR)
        stamps.append(files.stamp("refs/wf/"))
    assert None not in stamps
    assert len(set(stamps)) == len(moves)


def test_no_stamp_where_a_time_could_come_twice(folder: Folder, tmp_path: Path) -> None:
    folder.commit({})
    heads = folder.path / ".git" / "refs" / "heads"
    second = (heads.stat().st_mtime_ns // 1_000_000_000) * 1_000_000_000
    os.utime(heads, ns=(second, second + 2_000_000_000))
    assert _files(folder).stamp("refs/heads/") is None
    assert RefFiles(tmp_path, tmp_path).stamp("refs/heads/") == frozenset(
        {(f"{tmp_path}/refs/heads", 0), (f"{tmp_path}/packed-refs", 0)}
    )
