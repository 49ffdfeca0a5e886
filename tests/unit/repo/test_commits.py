"""Commits made in one process, without an index."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.commits import Change, Draft, File, Link
from gitwf.repo.errors import GitError, StorageFullError

if TYPE_CHECKING:
    from tests.conftest import Folder, FullDisk, MakeFolder, TestClock


@pytest.fixture(params=["sha1", "sha256"])
def base(request: pytest.FixtureRequest, make_folder: MakeFolder) -> Folder:
    folder = make_folder("base", f"--object-format={request.param}")
    folder.commit({"a": "a\n", "d/b": "b\n", "d/c": "c\n"}, "First")
    return folder


def _draft(folder: Folder, clock: TestClock, changes: dict[str, Change]) -> Draft:
    tree, head = folder.git("rev-parse", "HEAD^{tree}", "HEAD").split()
    return Draft(tree, changes, [head], "Subject\n\nBody ü\n", clock.now())


def test_changes_on_a_tree(base: Folder, clock: TestClock) -> None:
    blob = base.git("rev-parse", "HEAD:a")
    changes: dict[str, Change] = {
        "a": None,
        "d": None,
        "d/new": File(b"new"),
        "run": File(b"#!/bin/sh\n", executable=True),
        'odd "name"\\ü\n': File(b"\0\xff"),
        "same": Link(blob),
    }
    [commit] = base.open().commits.write([_draft(base, clock, changes)])
    names = base.git("ls-tree", "-r", "-z", "--name-only", commit).split("\0")
    assert sorted(names) == ["", "d/new", 'odd "name"\\ü\n', "run", "same"]
    assert base.git("ls-tree", commit, "run").split()[0] == "100755"
    assert base.git("rev-parse", f"{commit}:same") == blob
    assert base.open().objects.blob(commit, 'odd "name"\\ü\n') == b"\0\xff"


def test_the_commit_itself(base: Folder, clock: TestClock) -> None:
    repository = base.open()
    head = base.git("rev-parse", "HEAD")
    [commit] = repository.commits.write([_draft(base, clock, {})])
    made = repository.commit(commit)
    assert made is not None
    assert (made.parents, made.message) == ((head,), "Subject\n\nBody ü\n")
    assert made.tree == base.git("rev-parse", "HEAD^{tree}")
    assert base.git("show", "-s", "--format=%an %ae %at %cn %ce %ct", commit) == (
        "git-wf git-wf@localhost 1795344415 git-wf git-wf@localhost 1795344415"
    )


def test_several_at_once_with_more_or_fewer_parents(base: Folder, clock: TestClock) -> None:
    repository = base.open()
    first = base.git("rev-parse", "HEAD")
    second = base.commit({"z": ""}, "Second")
    files: dict[str, Change] = {"x": File(b"x")}
    ids = repository.commits.write(
        [
            Draft(None, files, [], "root", clock.now()),
            Draft(None, files, [first], "on first, files dropped", clock.now()),
            Draft(None, {}, [second, first], "merge", clock.now()),
        ]
    )
    parents = [made.parents for made in map(repository.commit, ids) if made]
    assert parents == [(), (first,), (second, first)]
    assert [list(repository.objects.list(id_)) for id_ in ids] == [["x"], ["x"], []]


def test_nothing_but_objects_is_left(base: Folder, clock: TestClock) -> None:
    before = base.git("for-each-ref")
    base.open().commits.write([_draft(base, clock, {"x": File(b"x")})])
    assert base.git("for-each-ref") == before
    assert base.git("fsck", "--strict", "--no-dangling") == ""
    assert base.git("status", "--short") == ""
    assert [p for p in (base.path / ".git" / "refs" / "wf").rglob("*") if p.is_file()] == []


def test_no_commits_at_all(base: Folder) -> None:
    assert base.open().commits.write([]) == []


@pytest.mark.parametrize(
    "path", ["", "/x", "x/", "a//b", "../x", "a/./b", ".git/config", "d/.GIT", "a\0"]
)
def test_a_path_that_leads_out_of_the_tree(base: Folder, clock: TestClock, path: str) -> None:
    with pytest.raises(ValueError, match="is no path inside a repository"):
        base.open().commits.write([_draft(base, clock, {path: File(b"")})])


def test_a_refused_commit_leaves_no_crash_report(base: Folder, clock: TestClock) -> None:
    repository = base.open()
    gone = "1" * len(base.git("rev-parse", "HEAD"))
    with pytest.raises(GitError) as caught:
        repository.commits.write([Draft(None, {}, [gone], "x", clock.now())])
    assert caught.value.message == f"`git fast-import` failed: Not a valid commit: {gone}"
    assert list((base.path / ".git").glob("fast_import_crash_*")) == []


def test_a_full_disk(base: Folder, clock: TestClock, full_disk: FullDisk) -> None:
    repository = base.open()
    draft = _draft(base, clock, {"big": File(os.urandom(200_000))})
    with full_disk(), pytest.raises(StorageFullError):
        repository.commits.write([draft])
    assert base.git("fsck", "--strict", "--no-dangling") == ""
    assert len(repository.commits.write([draft])) == 1
