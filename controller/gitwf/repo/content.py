"""The content of a worktree as people have it: what a plain layout leaves to be done, or why it cannot be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from gitwf.repo import snapshot, submodules, worktree
from gitwf.repo.disk import room
from gitwf.repo.errors import GitError
from gitwf.repo.git import Listening
from gitwf.repo.lfs import Pointer
from gitwf.repo.obstacle import obstacle
from gitwf.repo.repository import Repository


class Conversions(msgspec.Struct, frozen=True):
    """What is done beside a plain layout: the ``filters`` asked for, and the ``remote`` of their contents."""

    filters: Collection[str] = ()
    remote: str | None = None


PLAIN = Conversions()


class Contents(msgspec.Struct, frozen=True):
    """What files of a commit hold in place of their ``pointers``, and its ``modules`` by path; all of it is here."""

    repository: Repository
    pointers: Mapping[str, Pointer]
    modules: Mapping[str, Module]

    def put(self, path: Path) -> None:
        """Write it into the worktree at ``path``, which has the files as git keeps them.

        Git's index forgets how the pointers were on disk: where git-lfs is set up, `git status` finds the contents to
        be theirs, as in any checkout.

        Raises `GitError` where an object is damaged, and `StorageFullError`; then the worktree is removed.
        """
        try:
            self.fill(path)
            if self.pointers:
                snapshot.forget_stats(self.repository, path, self.pointers)
        except BaseException:
            worktree.remove(self.repository, path)
            raise

    def fill(self, path: Path) -> None:
        """Write it into the folder ``path``."""
        if self.pointers:
            from gitwf.repo.lfsstore import Store

            Store.of(self.repository).put(path, self.pointers)
        for name, module in self.modules.items():
            with room(path):
                submodules.lay_out(module.contents.repository, path / name, module.commit)
            module.contents.fill(path / name)


class Module(msgspec.Struct, frozen=True):
    """A submodule at ``commit``."""

    commit: str
    contents: Contents


def obtain(
    repository: Repository,
    commit: str,
    conversions: Conversions,
    listening: Listening | None = None,
) -> Contents:
    """Have all here that files of ``commit`` hold in place of their pointers, and of its submodules.

    What takes long can be stopped by who is ``listening``. Raises `GitError` where it cannot be had, or is not asked
    for.
    """
    if found := obstacle(repository, commit, conversions.filters):
        raise GitError(found.what, found.way)
    return _obtained(repository, commit, conversions.remote, listening)


def _obtained(
    repository: Repository, commit: str, remote: str | None, listening: Listening | None
) -> Contents:
    pointers = repository.filters.pointers(commit)
    if pointers:
        from gitwf.repo.lfsfetch import bring

        bring(repository, commit, pointers, remote, listening)
    modules = {
        path: Module(at, _obtained(own, at, None, listening))
        for path, (at, own) in repository.submodules.of(commit).items()
        if own is not None
    }
    return Contents(repository, pointers, modules)


def places(repository: Repository, commit: str) -> Mapping[str, Path]:
    """Return where the contents of files of ``commit`` are, or would be, of which git has a pointer; by path."""
    pointers = repository.filters.pointers(commit)
    if not pointers:
        return {}
    from gitwf.repo.lfsstore import Store

    store = Store.of(repository)
    return {path: store.path(pointer) for path, pointer in pointers.items()}
