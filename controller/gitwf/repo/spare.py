"""The spare worktree: what a run has left of a large one, laid out again for the next run.

To make thousands of files anew takes long, and on ext4 the longer the more were deleted in the
last minutes: it passes over each inode that was freed lately (``recently_deleted`` in Linux'
``fs/ext4/ialloc.c``). What a run did to its files does not reach the next: whatever git does not
track goes, and git writes each file anew that is not as its index says.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gitwf.repo import disk, worktree
from gitwf.repo.errors import RepositoryError
from gitwf.repo.index import tracked_paths
from gitwf.repo.repository import Repository

_LARGE = 1 << 16
"""Bytes of the index of a worktree that is worth keeping: some 700 files."""

_TREE, _INDEX = "tree", "index"


def is_wanted(repository: Repository, path: Path) -> bool:
    """Return whether the worktree at ``path`` is large enough to be a spare, and there is none yet."""
    registration = worktree.registration_of(path)
    if registration is None or _place(repository).exists():
        return False
    index = registration / _INDEX
    return index.exists() and index.stat().st_size >= _LARGE


def put_by(repository: Repository, path: Path) -> None:
    """Have git forget the worktree at ``path``, and keep its files as the spare.

    Where that fails, or another has become it meanwhile, they are removed.
    """
    with _draft(repository, path.name) as draft:
        registration = worktree.registration_of(path) or path
        (registration / _INDEX).rename(draft / _INDEX)
        worktree.forget(repository, path)
        path.rename(draft / _TREE)
        _sweep(draft)
        draft.rename(_place(repository))
    worktree.remove(repository, path)


def take(repository: Repository, path: Path, commit: str) -> bool:
    """Make the spare a worktree at ``path``, detached at ``commit``; return whether it is one.

    Where there is no spare, or it cannot be used, nothing is at ``path``.
    """
    if not _place(repository).exists():
        return False
    with _draft(repository, path.name) as draft:
        _place(repository).rename(draft)
        _sweep(draft)
        (draft / _TREE).rename(path)
        worktree.add_with(repository, path, commit, draft / _INDEX)
    return path.exists()


def discard(repository: Repository, place: Path) -> None:
    """Remove one of the `places`."""
    with _draft(repository, "gone") as draft:
        place.rename(draft)


def places(repository: Repository) -> list[Path]:
    """Return the folders of the spare, and those of spares that processes which are gone had in hand."""
    return sorted(repository.state_dir.glob(f"{_place(repository).name}*"))


def _place(repository: Repository) -> Path:
    return repository.state_dir / "spare"


@contextmanager
def _draft(repository: Repository, name: str) -> Iterator[Path]:
    """Give a folder of its own for a spare in the making; what is left of it goes, errors are the end of it."""
    draft = repository.state_dir / f"spare.{name}.tmp"
    disk.clear_away(draft)
    try:
        draft.mkdir(parents=True)
        yield draft
    except (OSError, RepositoryError, RecursionError):
        pass
    finally:
        disk.clear_away(draft)


def _sweep(draft: Path) -> None:
    """Leave in the tree of ``draft`` what git tracks and what is as git makes it, in folders as usual.

    (Not `git clean`: it leaves a `.git` that a command has made inside, and modes.)

    Raises:
        OSError: if something cannot be removed, or only git can read the index.
    """
    tracked = tracked_paths(draft)
    if tracked is None:
        raise OSError(f"`{draft / _INDEX}` cannot be read")
    mode = stat.S_IMODE(draft.stat().st_mode)
    _Sweep(mode, tracked.paths, _folders(tracked.paths)).folder(draft / _TREE)


class _Sweep(msgspec.Struct, frozen=True):
    """``mode`` is that of a new folder; ``files`` and ``folders`` are relative to the top."""

    mode: int
    files: frozenset[str]
    folders: frozenset[str]

    def folder(self, at: str | Path, prefix: str = "") -> None:
        if stat.S_IMODE(os.lstat(at).st_mode) != self.mode:
            os.chmod(at, self.mode)  # noqa: PTH101 - of thousands
        with os.scandir(at) as entries:
            for entry in entries:
                self._entry(entry, prefix + entry.name)

    def _entry(self, entry: os.DirEntry[str], path: str) -> None:
        if not entry.is_dir(follow_symlinks=False):
            if path not in self.files or not self._is_as_made(entry.stat(follow_symlinks=False)):
                os.unlink(entry.path)  # noqa: PTH108 - of thousands
        elif path in self.folders:
            self.folder(entry.path, f"{path}/")
        else:
            shutil.rmtree(entry.path)

    def _is_as_made(self, status: os.stat_result) -> bool:
        """Return whether a file may be as git makes it: under one name, and for all who may read the folder."""
        if stat.S_ISLNK(status.st_mode):
            return True
        modes = (stat.S_IFREG | self.mode & 0o666, stat.S_IFREG | self.mode & 0o777)
        return status.st_mode in modes and status.st_nlink == 1


def _folders(files: Iterable[str]) -> frozenset[str]:
    """Return the folders that ``files`` are in, at any depth."""
    found: set[str] = set()
    for path in files:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)
