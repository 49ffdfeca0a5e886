"""The content of a worktree as people have it: what a plain layout leaves to be done, or why it cannot be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from gitwf.repo import snapshot, worktree
from gitwf.repo.errors import GitError
from gitwf.repo.lfs import Pointer
from gitwf.repo.obstacle import obstacle
from gitwf.repo.repository import Repository


class Conversions(msgspec.Struct, frozen=True):
    """What is done beside a plain layout: the ``filters`` asked for, and the ``remote`` of their contents."""

    filters: Collection[str] = ()
    remote: str | None = None


PLAIN = Conversions()


class Contents:
    """What files of a commit hold in place of their ``pointers``, all of it here."""

    def __init__(self, repository: Repository, pointers: Mapping[str, Pointer]) -> None:
        self._repository = repository
        self._pointers = pointers

    def put(self, path: Path) -> None:
        """Write it into the worktree at ``path``, which has the files as git keeps them.

        Git's index forgets how the pointers were on disk: where git-lfs is set up, `git status` finds the contents to
        be theirs, as in any checkout.

        Raises `GitError` where an object is damaged, and `StorageFullError`; then the worktree is removed.
        """
        if not self._pointers:
            return
        from gitwf.repo.lfsstore import Store

        try:
            Store.of(self._repository).put(path, self._pointers)
            snapshot.forget_stats(self._repository, path, self._pointers)
        except BaseException:
            worktree.remove(self._repository, path)
            raise


def obtain(repository: Repository, commit: str, conversions: Conversions) -> Contents:
    """Have all here that files of ``commit`` hold in place of their pointers.

    Raises `GitError` where it cannot be had, or is not asked for.
    """
    if found := obstacle(repository, commit, conversions.filters):
        raise GitError(found.what, found.way)
    pointers = repository.filters.pointers(commit)
    if pointers:
        from gitwf.repo.lfsfetch import bring

        bring(repository, commit, pointers, conversions.remote)
    return Contents(repository, pointers)


def places(repository: Repository, commit: str) -> Mapping[str, Path]:
    """Return where the contents of files of ``commit`` are, or would be, of which git has a pointer; by path."""
    pointers = repository.filters.pointers(commit)
    if not pointers:
        return {}
    from gitwf.repo.lfsstore import Store

    store = Store.of(repository)
    return {path: store.path(pointer) for path, pointer in pointers.items()}
