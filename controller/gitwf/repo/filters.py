"""The files of commits that go through a filter, and what LFS has of them; remembered for the last commits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from gitwf.repo import lfs
from gitwf.repo.lfs import Pointer

if TYPE_CHECKING:
    from gitwf.repo.repository import Repository


class _Known(msgspec.Struct, frozen=True):
    """What is known of a commit: its filters and its pointers, by path."""

    named: Mapping[str, str]
    pointers: Mapping[str, Pointer]


class Filters:
    """The filters of commits of ``repository``. Threads may share it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._of = lru_cache(maxsize=8)(self._look)

    def named(self, commit: str) -> Mapping[str, str]:
        """Return the filters of files of ``commit``, by path: as its attributes name them."""
        return self._of(commit).named

    def pointers(self, commit: str) -> Mapping[str, Pointer]:
        """Return the pointers of LFS among the files of ``commit`` that have its filter, by path."""
        return self._of(commit).pointers

    def _look(self, commit: str) -> _Known:
        from gitwf.repo.attributes import filtered

        found = filtered(self._repository, commit)
        named = {path: each.name for path, each in found.items()}
        ids = {path: each.entry.id for path, each in found.items() if each.name == lfs.NAME}
        texts = self._repository.objects.small(ids.values(), lfs.LIMIT) if ids else {}
        read = {path: lfs.parse(texts.get(id_, b"")) for path, id_ in ids.items()}
        return _Known(named, {path: each for path, each in read.items() if each})
