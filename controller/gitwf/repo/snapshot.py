"""The files of a worktree as a tree, whatever its index has become, and its index made to fit again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from gitwf.repo.errors import GitError
from gitwf.repo.git import Git
from gitwf.repo.repository import Repository
from gitwf.repo.worktree import plain_git, registration_of


def tree_of(
    repository: Repository,
    path: Path,
    commit: str,
    *,
    without: Iterable[str] = (),
    ignored: Iterable[str] = (),
) -> str:
    """Return the tree that the files of the worktree at ``path`` make, on top of ``commit``.

    Files are taken as they are, without conversions. What git ignores is left out, but for the paths
    ``ignored``; so is what fits the globs ``without``.

    Raises `GitError`, and `StorageFullError`.
    """
    with TemporaryDirectory(prefix="git-wf-") as folder:
        git = _git(repository, path, Path(folder) / "index")
        git.run("read-tree", commit)
        left_out = (f":(exclude,top,glob){name}" for name in without)
        git.run("add", "--all", "--", ":/", *left_out)
        there = [name for name in ignored if (path / name).exists()]
        if there:
            git.run("add", "--force", "--", *(f":(top,literal){name}" for name in there))
        return git.run("write-tree").decode().strip()


def fit_index(repository: Repository, path: Path, commit: str) -> None:
    """Make the index of the worktree at ``path`` that of ``commit``; a lock that is left there goes."""
    registration = registration_of(path)
    if registration is None:
        raise GitError(f"`{path}` is no worktree")
    (registration / "index.lock").unlink(missing_ok=True)
    git = _git(repository, path, registration / "index")
    git.run("read-tree", commit)
    git.attempt("update-index", "-q", "--refresh")


def _git(repository: Repository, path: Path, index: Path) -> Git:
    return plain_git(repository, path, GIT_WORK_TREE=str(path), GIT_INDEX_FILE=str(index))
