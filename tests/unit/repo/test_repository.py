"""Opening repositories of every kind, and what may be asked of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.repository import Commit, Repository

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder


def test_a_work_tree_opened_from_a_folder_within(folder: Folder) -> None:
    folder.write({"deep/er/file": ""})
    repository = Repository.open(folder.path / "deep" / "er")
    assert repository.work_tree == folder.path
    assert repository.git_dir == repository.common_dir == folder.path / ".git"
    assert repository.state_dir == folder.path / ".git" / "wf"
    assert not repository.is_bare
    assert not repository.is_shallow


def test_opened_from_its_git_folder_as_hooks_are(folder: Folder) -> None:
    repository = Repository.open(folder.path / ".git")
    assert repository.work_tree == folder.path


def test_a_bare_repository(make_folder: MakeFolder) -> None:
    bare = make_folder("bare.git", "--bare")
    repository = Repository.open(bare.path)
    assert repository.is_bare
    assert repository.work_tree is None
    assert repository.git_dir == repository.common_dir == bare.path


def test_a_linked_worktree_shares_state_with_the_main_one(folder: Folder, tmp_path: Path) -> None:
    folder.commit({})
    folder.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    linked = Repository.open(tmp_path / "linked")
    assert linked.work_tree == tmp_path / "linked"
    assert linked.state_dir == folder.path / ".git" / "wf"
    assert linked.git_dir == folder.path / ".git" / "worktrees" / "linked"
    assert linked.head_branch() == "side"
    assert linked.refs.read("HEAD") == folder.open().refs.read("refs/heads/side")


def test_folders_with_newlines_in_their_names(make_folder: MakeFolder, tmp_path: Path) -> None:
    folder = make_folder("a\nb c\n")
    folder.commit({})
    folder.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "x\ny"))
    for path in (folder.path, tmp_path / "x\ny"):
        opened = Repository.open(path)
        assert (opened.work_tree, opened.common_dir) == (path, folder.path / ".git")
        assert opened.refs.read("refs/heads/side") == opened.resolve("HEAD")


def test_a_shallow_clone(folder: Folder, make_folder: MakeFolder) -> None:
    folder.commit({}, "First")
    folder.commit({}, "Second")
    address = f"file://{folder.path}"
    make_folder("around").git("clone", "--quiet", "--depth=1", address, "../shallow")
    assert Repository.open(folder.path.parent / "shallow").is_shallow


def test_before_the_first_commit(folder: Folder) -> None:
    repository = folder.open()
    assert repository.head_branch() == "main"
    assert repository.resolve("HEAD") is None
    assert repository.commit("HEAD") is None
    assert repository.message("HEAD") is None
    assert repository.branches() == {}


def test_a_detached_head_is_on_no_branch(folder: Folder) -> None:
    commit = folder.commit({})
    folder.git("checkout", "--quiet", "--detach")
    repository = folder.open()
    assert repository.head_branch() is None
    assert repository.resolve("HEAD") == commit


def test_branches(folder: Folder) -> None:
    first = folder.commit({}, "First")
    folder.git("branch", "team/try")
    second = folder.commit({}, "Second")
    assert folder.open().branches() == {"main": second, "team/try": first}


@pytest.mark.parametrize(
    "rev", ["HEAD", "main", "refs/heads/main", "v1", "HEAD^{tree}~0", "HEAD~9", "none", "", "a\nb"]
)
def test_resolve(folder: Folder, rev: str) -> None:
    commit = folder.commit({})
    folder.git("tag", "--annotate", "--message", "One", "v1")
    known = {"HEAD", "main", "refs/heads/main", "v1"}
    assert folder.open().resolve(rev) == (commit if rev in known else None)


def test_a_new_commit_is_seen_by_a_repository_that_is_open(folder: Folder) -> None:
    repository = folder.open()
    seen = [repository.resolve("main")]
    first = folder.commit({}, "First")
    seen.append(repository.resolve("main"))
    second = folder.commit({}, "Second")
    seen.append(repository.refs.read("refs/heads/main"))
    folder.git("gc", "--quiet", "--prune=now")
    seen += [repository.resolve("main"), repository.refs.read("HEAD")]
    assert seen == [None, first, second, second, second]


def test_a_commit(folder: Folder) -> None:
    first = folder.commit({"a": ""}, "First")
    second = folder.commit({"b": ""}, "Second\n\nWith a body.\n")
    assert folder.open().commit("main") == Commit(
        id=second,
        tree=folder.git("rev-parse", "main^{tree}"),
        parents=(first,),
        at=datetime(2026, 11, 22, 10, tzinfo=UTC),
        message="Second\n\nWith a body.\n",
    )


def test_the_range_of_a_branch_goes_by_first_parents(folder: Folder) -> None:
    first = folder.commit({"a": ""}, "First")
    folder.git("checkout", "--quiet", "-b", "side")
    folder.commit({"b": ""}, "Side")
    folder.git("checkout", "--quiet", "main")
    second = folder.commit({"c": ""}, "Second")
    folder.git("merge", "--quiet", "--no-edit", "side")
    merge = folder.git("rev-parse", "main")
    repository = folder.open()
    assert repository.first_parent_range(first, merge) == [second, merge]
    assert repository.first_parent_range(None, merge) == [first, second, merge]
    assert repository.first_parent_range(merge, merge) == []
    assert repository.is_ancestor(first, merge)
    assert not repository.is_ancestor(merge, first)


def test_changed_paths(folder: Folder) -> None:
    first = folder.commit({"same": "1", "old name": "22222", "ä/changed": "3"})
    folder.git("mv", "old name", "new name")
    second = folder.commit({"ä/changed": "4", "added": "5"})
    repository = folder.open()
    changed = ("added", "new name", "old name", "ä/changed")
    assert repository.changed_paths(first, second) == changed
    assert repository.changed_paths(None, first) == ("old name", "same", "ä/changed")
    assert repository.changed_paths(first, first) == ()
