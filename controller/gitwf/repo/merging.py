"""Merging two commits into a tree, without a working tree (git-merge-tree(1), ``--write-tree``)."""

from __future__ import annotations

import msgspec

from gitwf.repo.errors import GitError, GitTooOldError
from gitwf.repo.repository import Repository
from gitwf.repo.worktree import plain_git

_NEEDS = (2, 38)
"""The first git with ``merge-tree --write-tree``."""

_CONFLICT = 1  # exit status


class Conflict(msgspec.Struct, frozen=True):
    """The ``paths`` that two commits have changed so that only a person can merge them."""

    paths: tuple[str, ...]


def merged_tree(repository: Repository, ours: str, theirs: str) -> str | Conflict:
    """Return the tree of ``theirs`` merged into ``ours``, or where they conflict.

    None of the repository's settings, attributes or merge drivers takes part.

    Raises `GitError`, and `GitTooOldError` where git cannot do it.
    """
    git = plain_git(repository, repository.common_dir)
    options = ("--write-tree", "--name-only", "--no-messages", "-z")
    outcome = git.attempt("merge-tree", *options, ours, theirs)
    if outcome.status not in {0, _CONFLICT} or not outcome.stdout:
        if git.version() < _NEEDS:
            raise GitTooOldError("git is too old to merge", "install git 2.38 or newer")
        git.refuse("merge-tree", outcome)
    tree, *paths = outcome.stdout.decode(errors="surrogateescape").split("\0")
    if outcome.status == _CONFLICT:
        return Conflict(tuple(path for path in paths if path))
    if not tree:
        raise GitError("`git merge-tree` named no tree")
    return tree
