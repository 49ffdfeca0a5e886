"""What runs left on this machine and nothing needs any more, found and removed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec

from gitwf.data.cache import Cache
from gitwf.engine.clone import workspace
from gitwf.engine.clone.ownership import is_played
from gitwf.repo import spare
from gitwf.repo.repository import Repository

_STALE = 86_400.0
"""Seconds after which nobody writes on a draft any more."""


class Waste(msgspec.Struct, frozen=True):
    """Something to remove: what it is, the bytes that are free then, and how it is done.

    ``shared`` are bytes that are still in DVC's cache then, for `dvc gc` to free.
    """

    kind: str
    bytes: int
    remove: Callable[[], object]
    shared: int = 0


def unkept_objects(cache: Cache, needed: Collection[str]) -> Iterator[Waste]:
    """Yield the objects that are kept and that nothing needs; ``needed`` are md5s.

    Listings of folders come first: where one is kept, its files are.
    """
    kept = cache.objects.kept
    if kept is None:
        return
    found = [(md5, status) for md5, status in kept.all() if md5 not in needed]
    for md5, status in sorted(found, key=lambda one: not one[0].endswith(".dir")):
        alone = status.st_nlink == 1
        size = status.st_size
        yield Waste("object", size if alone else 0, partial(kept.drop, md5), 0 if alone else size)


def workspaces(repository: Repository, runs: Collection[str]) -> Iterator[Waste]:
    """Yield the workspaces of ``runs``."""
    for path in sorted((repository.state_dir / "workspaces").glob("*")):
        if path.name in runs and path.is_dir():
            yield Waste("workspace", _size(path), partial(workspace.discard, repository, path))


def spares(repository: Repository) -> Iterator[Waste]:
    """Yield the files that the next run would begin with, and those of runs whose process is gone."""
    for path in spare.places(repository):
        run = path.suffixes[0][1:] if path.suffixes else ""
        if not run or not is_played(repository.state_dir / "runs" / run):
            yield Waste("workspace", _size(path), partial(spare.discard, repository, path))


def run_folders(repository: Repository, runs: Collection[str]) -> Iterator[Waste]:
    """Yield what is local to ``runs``: their jobs with their logs, and their journals."""
    for path in sorted((repository.state_dir / "runs").glob("*")):
        if path.name in runs and not is_played(path):
            yield Waste("job folder", _size(path), partial(shutil.rmtree, path, ignore_errors=True))


def drafts(cache: Cache) -> Iterator[Waste]:
    """Yield what processes that were killed had begun to write into the cache."""
    for path in sorted((cache.root / "files" / "md5").glob(".object.*.tmp")):
        with suppress(FileNotFoundError):
            status = path.stat()
            if time.time() - status.st_mtime > _STALE:
                yield Waste("draft", status.st_size, partial(path.unlink, missing_ok=True))


def _size(folder: Path) -> int:
    """Return the bytes that go with ``folder``; what has a second name elsewhere stays."""
    files = (path.lstat() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return sum(status.st_size for status in files if status.st_nlink == 1)
