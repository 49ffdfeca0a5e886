"""Commits that a person makes, by our hand: with their identity and signature, and their working tree.

Hooks stay off: what they would check was committed before.
"""

from __future__ import annotations

from pathlib import Path

from gitwf.repo.environment import of_person
from gitwf.repo.git import Git
from gitwf.repo.repository import Repository


def is_clean(repository: Repository) -> bool:
    """Return whether the working tree and the index are as HEAD has them, untracked files left out."""
    words = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
    return not _git(repository).run(*words).strip()


def commit(repository: Repository, tree: str, parent: str, message: str) -> str:
    """Make a commit on ``parent`` and return its id; nothing points to it yet.

    Raises `GitError` where git does not know who the person is, or cannot sign.
    """
    git = _git(repository)
    signs = (
        git.attempt("config", "--type=bool", "--get", "commit.gpgSign").stdout.strip() == b"true"
    )
    sign = ("--gpg-sign",) if signs else ()
    words = ("commit-tree", *sign, "-p", parent, "-F", "-", tree)
    return git.run(*words, stdin=message.encode()).decode().strip()


def advance(repository: Repository, commit: str) -> None:
    """Bring the branch that HEAD is on, and the working tree, forward to ``commit``.

    Raises `GitError` where a file is in the way; nothing is changed then.
    """
    _git(repository).run("merge", "--ff-only", "--quiet", "--no-autostash", commit)


def _git(repository: Repository) -> Git:
    place: Path = repository.work_tree or repository.git_dir
    return Git(place, of_person())
