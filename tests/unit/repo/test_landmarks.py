"""Landmarks: the attributes and submodules of a tree, found from whatever was looked at before."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.landmarks import Landmarks

if TYPE_CHECKING:
    from tests.conftest import Folder

FEW = {"a/b/f": "1", "g": "2"}
MANY: dict[str, str | bytes] = {f"d{n}/f": "x" for n in range(100)}

STEPS: list[tuple[str, dict[str, str | bytes], list[str]]] = [
    ("none", {"a/b/f": "1", "g": "2"}, []),
    ("one deep down", {"a/b/.gitattributes": "* text\n"}, ["a/b/.gitattributes"]),
    ("another file beside it", {"a/b/f": "2"}, ["a/b/.gitattributes"]),
    ("elsewhere", {"c/d": "2"}, ["a/b/.gitattributes"]),
    ("on top", {".gitattributes": "* text\n"}, [".gitattributes", "a/b/.gitattributes"]),
    ("many folders", MANY, [".gitattributes", "a/b/.gitattributes"]),
    (
        "a like name",
        {"a/.gitattributes2": "", "ab/x": ""},
        [".gitattributes", "a/b/.gitattributes"],
    ),
]


@pytest.mark.parametrize("again", [False, True], ids=["one process", "a process each"])
def test_attributes_are_found_commit_after_commit(folder: Folder, *, again: bool) -> None:
    repository = folder.open()
    commits = [folder.commit(files) for _, files, _ in STEPS]
    looked = [*zip(commits, STEPS, strict=True)]
    for commit, (_, _, paths) in [*looked, *reversed(looked)]:
        if again:
            repository = folder.open()
        found = repository.landmarks.of(commit)
        assert sorted(found.attributes) == paths
        assert all(
            id_ == folder.git("rev-parse", f"{commit}:{path}")
            for path, id_ in found.attributes.items()
        )


def test_submodules_are_found_without_gitmodules_too(folder: Folder) -> None:
    head = folder.commit({"a": "1"})
    folder.git("update-index", "--add", "--cacheinfo", f"160000,{head},libs/one")
    folder.git("commit", "--quiet", "--message", "A submodule")
    assert folder.open().landmarks.of("HEAD").modules == {"libs/one": head}


def test_a_tree_that_is_gone_is_no_matter(folder: Folder) -> None:
    gone = folder.commit(MANY | {".gitattributes": ""})
    folder.open().landmarks.of(gone)
    assert (folder.path / ".git/wf/cache/landmarks.json").exists()
    folder.git("update-ref", "-d", "HEAD")
    folder.git("rm", "--quiet", "--cached", "-r", ".")
    folder.git("reflog", "expire", "--expire=all", "--all")
    folder.git("gc", "--quiet", "--prune=now")
    folder.git("add", "d1", ".gitattributes")
    folder.git("commit", "--quiet", "--message", "Anew")
    assert list(folder.open().landmarks.of("HEAD").attributes) == [".gitattributes"]


def test_a_tree_as_deep_as_nobody_makes_it(folder: Folder) -> None:
    path = "d/" * 1500 + ".gitattributes"
    text = (
        f"commit refs/heads/deep\ncommitter A <a@b> 0 +0000\ndata 0\nM 644 inline {path}\ndata 0\n"
    )
    words = ["git", "fast-import", "--quiet"]
    subprocess.run(words, cwd=folder.path, input=text.encode(), check=True)
    assert list(folder.open().landmarks.of("deep").attributes) == [path]


def test_a_commit_that_is_not_here_has_none(folder: Folder) -> None:
    folder.commit({})
    assert folder.open().landmarks.of("1" * 40) == Landmarks()
