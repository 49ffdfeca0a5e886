"""Objects by md5, whole or not at all: `<cache>/files/md5/ab/cdef…`.

Mode 0444 is DVC's sign that the bytes of an object are right (`dvc_data/hashfile/db/local.py`). An
object is written beside, synced, made read-only and renamed: any number of runs and `dvc` commands
can share a cache without a lock. What `dvc gc` removed comes back where it is kept (`Kept`).
"""

from __future__ import annotations

import os
import stat
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from gitwf.data.atomic import temporary
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import EMPTY, Tree
from gitwf.data.kept import Kept
from gitwf.repo.disk import room

_PROTECTED = 0o444
_GROUP = 0o2775


class Objects:
    """The objects below ``root``, the `cache.dir` of DVC.

    ``shared`` is DVC's `cache.shared = group`: folders are for the group. Safe for threads and
    processes.
    """

    def __init__(self, root: Path, hasher: Hasher, *, shared: bool) -> None:
        self.kept: Kept | None = None
        self._root = root
        self._folder = root / "files" / "md5"
        self._hasher = hasher
        self._shared = shared

    def path(self, md5: str) -> Path:
        """Return where the object with this md5 is, or would be."""
        return self._folder / md5[:2] / md5[2:]

    def room(self) -> AbstractContextManager[None]:
        """Say of a full disk that it is the cache's. Raises `StorageFullError` within."""
        return room(self._root / "files")

    def name(self, md5: str) -> str:
        """Return where in a remote the object with this md5 is: as in the cache."""
        return self.path(md5).relative_to(self._root).as_posix()

    def keep_for(self, clone: str) -> None:
        """Have objects that `hold` was told of outlive `dvc gc`, for the clone of this name."""
        self.kept = Kept(self._root, clone, self.make_folder)

    def hold(self, md5: str) -> bool:
        """Keep an object; return whether it is here, and can be kept."""
        if self.kept is None or self.size(md5) is None:
            return False
        try:
            return self.kept.hold(md5, self.path(md5))
        except FileNotFoundError:
            return False

    def size(self, md5: str, since: int | None = None) -> int | None:
        """Return the size of an object in bytes; None where it is not here, or not whole.

        DVC trusts mode 0444. A power cut can leave such an object empty, so that is looked at too;
        an object of another mode is hashed, as DVC does, and one that was changed after ``since``, a
        time in nanoseconds.
        """
        status = self._status(md5)
        if status is None and self.kept and self.kept.bring_back(md5, self.path(md5)):
            status = self._status(md5)
        if status is None or (since is not None and status.st_mtime_ns > since):
            return self.verified(md5) if status else None
        return status.st_size

    def verified(self, md5: str) -> int | None:
        """Hash an object and return its size; None where it is not what its name says.

        It is removed then, and what is kept in its stead comes back, where that is whole.
        """
        path = self.path(md5)
        with suppress(FileNotFoundError):
            if self._is_whole(path, md5):
                return path.stat().st_size
            path.unlink()
        if self.kept is None or not self.kept.bring_back(md5, path):
            return None
        if self._is_whole(path, md5):
            return path.stat().st_size
        path.unlink()
        self.kept.drop(md5)
        return None

    def _is_whole(self, path: Path, md5: str) -> bool:
        return self._hasher.file(path).md5 == md5.removesuffix(".dir")

    def _status(self, md5: str) -> os.stat_result | None:
        path = self.path(md5)
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if status.st_size == 0 and md5 != EMPTY:
            return None
        if stat.S_IMODE(status.st_mode) != _PROTECTED:
            if not self._is_whole(path, md5):
                return None
            with suppress(OSError):
                path.chmod(_PROTECTED)
        return status

    def tree(self, md5: str) -> Tree | None:
        """Return the files of the folder with this md5, or None where its object is not whole."""
        return None if self.size(md5) is None else Tree.read(self.path(md5).read_bytes())

    def draft(self) -> Path:
        """Return a new name on the file system of the objects, for `keep`."""
        self.make_folder(self._folder)
        return temporary(self._folder / "object")

    def keep(self, md5: str, draft: Path) -> None:
        """Make the file ``draft``, which has this md5, the object; it is then gone as a draft.

        An object that is there stays, if it is whole: others link to it.
        """
        if self.verified(md5) == draft.stat().st_size:
            draft.unlink()
            return
        _sync(draft)
        draft.chmod(_PROTECTED)
        path = self.path(md5)
        self.make_folder(path.parent)
        draft.replace(path)

    def make_folder(self, folder: Path) -> None:
        """Make a folder of the cache, and those above it, for those who may use them."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
            if self._shared:
                folder.chmod(_GROUP)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
