"""Running git: what it sees of the caller's environment, and how its refusals read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.errors import (
    GitError,
    GitMissingError,
    GitTooOldError,
    NotARepositoryError,
    StorageFullError,
)
from gitwf.repo.git import MINIMUM, Git, Outcome
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder


def _program(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "git").chmod(0o755)


def test_what_git_exports_to_hooks_does_not_reach_it(
    make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_folder("other")
    other.commit({"other.txt": ""})
    mine = make_folder("mine")
    commit = mine.commit({"mine.txt": ""})
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / "index"))
    repository = Repository.open(mine.path)
    assert repository.work_tree == mine.path
    assert repository.resolve("HEAD") == commit


def test_hooks_of_the_repository_do_not_run(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit({})
    for hook in ("reference-transaction", "post-checkout", "post-index-change"):
        path = folder.path / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        path.chmod(0o755)
    folder.open().git.run("update-ref", "refs/wf/x", commit)
    assert not (tmp_path / "ran").exists()


def test_our_commits_bear_our_name(folder: Folder) -> None:
    git = folder.open().git
    tree = git.run("mktree").decode().strip()
    commit = git.run("commit-tree", "-m", "x", tree).decode().strip()
    assert folder.git("show", "-s", "--format=%an %ae %cn %ce", commit) == (
        "git-wf git-wf@localhost git-wf git-wf@localhost"
    )


def test_a_refusal_has_gits_words(folder: Folder) -> None:
    with pytest.raises(GitError) as caught:
        folder.open().git.run("cat-file", "-p", "nonsense")
    assert str(caught.value) == "`git cat-file` failed: Not a valid object name nonsense"


@pytest.mark.parametrize(
    ("stderr", "message", "hint"),
    [
        (b"", "`git x` failed: status 128", None),
        (b"error: one\nfatal: two\n", "`git x` failed: one; two", None),
        (
            (
                b"fatal: detected dubious ownership in repository at '/r'\n"
                b"To add an exception for this directory, call:\n\n"
                b"\tgit config --global --add safe.directory /r\n"
            ),
            (
                "`git x` failed: detected dubious ownership in repository at '/r'; "
                "To add an exception for this directory, call:"
            ),
            "run `git config --global --add safe.directory /r`",
        ),
        (
            (
                b"fatal: Unable to create '/r/.git/HEAD.lock': File exists.\n\n"
                b"Another git process seems to be running:\nremove the file manually to continue.\n"
            ),
            "`git x` failed: Unable to create '/r/.git/HEAD.lock': File exists.",
            "Another git process seems to be running: remove the file manually to continue.",
        ),
    ],
    ids=["nothing", "lines", "ownership", "lock"],
)
def test_gits_advice_is_the_hint(
    tmp_path: Path, stderr: bytes, message: str, hint: str | None
) -> None:
    with pytest.raises(GitError) as caught:
        Git(tmp_path).refuse("x", Outcome(128, b"", stderr))
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError) as caught:
        Repository.open(tmp_path)
    assert caught.value.message == f"`{tmp_path}` is not in a git repository"
    assert caught.value.hint == "go to your project's folder, or make it one with `git init`"


@pytest.mark.parametrize("name", ["gone", "file"])
def test_what_is_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotARepositoryError) as caught:
        Repository.open(tmp_path / name)
    assert str(caught.value) == f"there is no folder `{tmp_path}/{name}`"


def test_no_git_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissingError) as caught:
        Git(tmp_path).run("version")
    assert str(caught.value) == ("there is no `git` program on the PATH: install git 2.36 or newer")


def test_a_git_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(
        tmp_path / "old", 'case "$*" in *version*) echo git version 2.25.1;; *) exit 129;; esac'
    )
    monkeypatch.setenv("PATH", str(tmp_path / "old"), prepend=os.pathsep)
    git = Git(tmp_path)
    assert git.version() == (2, 25, 1)
    with pytest.raises(GitTooOldError) as caught:
        git.run("cat-file", "--batch-command")
    assert str(caught.value) == "git 2.25.1 is too old: install git 2.36 or newer"


def test_a_git_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path / "slow", "exec sleep 60")
    monkeypatch.setenv("PATH", str(tmp_path / "slow"), prepend=os.pathsep)
    monkeypatch.setattr("gitwf.repo.git._PATIENCE", 0.05)
    with pytest.raises(GitError) as caught:
        Git(tmp_path).run("update-ref", "--stdin")
    assert str(caught.value) == (
        f"`git update-ref` did not end within 0.05 seconds: see what holds it up in `{tmp_path}`"
    )


def test_the_installed_git_is_new_enough(tmp_path: Path) -> None:
    git = Git(tmp_path)
    git.require_version()
    assert git.version() >= MINIMUM


@pytest.mark.parametrize(
    "words",
    [
        b"fatal: write error: No space left on device\n",
        b"error: unable to write loose object file: Disk quota exceeded\n",
        b"fatal: sha1 file write error: File too large\n",
    ],
    ids=["full", "quota", "limit"],
)
def test_a_full_disk_has_one_error(tmp_path: Path, words: bytes) -> None:
    with pytest.raises(StorageFullError) as caught:
        Git(tmp_path).refuse("fast-import", Outcome(128, b"", words))
    assert str(caught.value) == (
        f"no room left to write into `{tmp_path}`: free some space there; nothing is half written"
    )
