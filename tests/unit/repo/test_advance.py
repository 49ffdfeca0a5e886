"""Moving a branch on with the working tree that it is checked out in, and merging without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.repo.advance import UncleanError, advance
from gitwf.repo.errors import ConflictError
from gitwf.repo.merging import Conflict, merged_tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Folder


@pytest.fixture
def commits(folder: Folder) -> tuple[str, str]:
    """Two commits of `main`, which stands at the first and is checked out."""
    old = folder.commit({"a.txt": "1\n", "kept.txt": "k\n"})
    new = folder.commit({"a.txt": "2\n", "b.txt": "b\n"})
    folder.git("reset", "--quiet", "--hard", old)
    return old, new


def test_the_working_tree_comes_along(folder: Folder, commits: tuple[str, str]) -> None:
    old, new = commits
    advance(folder.open(), "main", new, old)
    assert folder.git("rev-parse", "main") == new
    assert (folder.path / "a.txt").read_text() == "2\n"
    assert folder.git("status", "--porcelain") == ""


def test_it_goes_on_where_a_crash_has_left_it(folder: Folder, commits: tuple[str, str]) -> None:
    """The files are new, the branch is old: as between the two."""
    old, new = commits
    folder.git("read-tree", "-m", "-u", old, new)
    advance(folder.open(), "main", new, old)
    assert folder.git("rev-parse", "main") == new
    assert folder.git("status", "--porcelain") == ""


def test_a_branch_that_stands_elsewhere(folder: Folder, commits: tuple[str, str]) -> None:
    _, new = commits
    other = folder.commit({"c.txt": "c\n"})
    with pytest.raises(ConflictError):
        advance(folder.open(), "main", new, new)
    assert folder.git("rev-parse", "main") == other
    assert folder.git("status", "--porcelain") == ""


@pytest.mark.parametrize("staged", [False, True])
def test_changes_are_left_alone(folder: Folder, commits: tuple[str, str], *, staged: bool) -> None:
    old, new = commits
    folder.write({"kept.txt": "mine\n"})
    if staged:
        folder.git("add", "kept.txt")
    with pytest.raises(UncleanError) as caught:
        advance(folder.open(), "main", new, old)
    message = f"`main` is checked out in `{folder.path}` with changes: commit or stash them first"
    assert str(caught.value) == message
    assert folder.git("rev-parse", "main") == old
    assert (folder.path / "kept.txt").read_text() == "mine\n"


def test_a_linked_worktree(folder: Folder, commits: tuple[str, str], tmp_path: Path) -> None:
    old, new = commits
    folder.git("checkout", "--quiet", "-b", "other")
    linked = tmp_path / "linked"
    folder.git("worktree", "add", "--quiet", str(linked), "main")
    advance(folder.open(), "main", new, old)
    assert (linked / "b.txt").exists()
    assert not (folder.path / "b.txt").exists()
    assert folder.git("-C", str(linked), "status", "--porcelain") == ""


def test_merging(folder: Folder) -> None:
    base = folder.commit({"a.txt": "1\n2\n3\n4\n5\n", "b.txt": "b\n"})
    ours = folder.commit({"a.txt": "one\n2\n3\n4\n5\n"})
    folder.git("reset", "--quiet", "--hard", base)
    theirs = folder.commit({"a.txt": "1\n2\n3\n4\nfive\n"})
    folder.git("reset", "--quiet", "--hard", base)
    rival = folder.commit({"a.txt": "uno\n2\n3\n4\n5\n"})
    repository = folder.open()

    tree = merged_tree(repository, ours, theirs)

    assert isinstance(tree, str)
    assert folder.git("show", f"{tree}:a.txt") == "one\n2\n3\n4\nfive"
    assert merged_tree(repository, ours, rival) == Conflict(("a.txt",))
