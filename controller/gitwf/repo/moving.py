"""Refs moved to new commits: the objects in one process of git, the refs in another, however many."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gitwf.repo.commits import Draft
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository


class Move(msgspec.Struct, frozen=True):
    """A ref that is to go from ``old`` (None: it is new) to a commit that is still to be made."""

    ref: str
    old: str | None
    draft: Draft


def move(repository: Repository, moves: Sequence[Move]) -> list[str]:
    """Make the commits of all ``moves``, and move all refs or none; return the new commits' ids.

    Raises `ConflictError` where a ref stands elsewhere, `StorageFullError`, and `GitError`.
    """
    tips = repository.commits.write([one.draft for one in moves])
    repository.refs.swap(
        [RefUpdate(one.ref, tip, one.old) for one, tip in zip(moves, tips, strict=True)]
    )
    return tips
