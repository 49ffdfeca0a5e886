"""The contents that LFS keeps in a clone, by their hash; put into a worktree in place of their pointers."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

from gitwf.repo.disk import room, write_all
from gitwf.repo.errors import GitError
from gitwf.repo.lfs import LIMIT, Pointer, parse
from gitwf.repo.repository import Repository

_CHUNK = 1 << 20
_AT_ONCE = 4
_CLONE = 0x40049409
"""The request that has two files share their blocks until one is written to (ioctl_ficlone(2))."""


class Store:
    """The store in ``folder``, which has an object ``aa/bb/aabb…`` for each content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, repository: Repository) -> Store:
        """Return the store of a clone: in its git folder, or where its setting `lfs.storage` has it."""
        said = repository.git.attempt("config", "--type=path", "--get", "lfs.storage").stdout
        place = os.fsdecode(said).rstrip("\n") or "lfs"
        return cls(repository.common_dir / place / "objects")

    def path(self, pointer: Pointer) -> Path:
        """Return where the content of ``pointer`` is, or would be."""
        return self.folder / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid

    def has(self, pointer: Pointer) -> bool:
        """Return whether there is an object of that name and size; the hash tells when it is put."""
        if not pointer.size:
            return True
        try:
            return self.path(pointer).stat().st_size == pointer.size
        except OSError:
            return False

    def put(self, root: Path, pointers: Mapping[str, Pointer]) -> None:
        """Write the contents of ``pointers`` over the files below ``root`` that stand for them.

        Raises `GitError` where one is not what its name says, and `StorageFullError`.
        """
        with room(root), ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda item: self._put(root / item[0], *item), pointers.items()))

    def keep(self, path: Path) -> Pointer:
        """Have the content of the file at ``path`` in the store, and return its pointer; one that it is already stays.

        Raises `StorageFullError`.
        """
        with path.open("rb") as file:
            if own := parse(file.read(LIMIT)):
                return own
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        pointer = Pointer(digest, path.stat().st_size)
        target = self.path(pointer)
        if not self.has(pointer):
            draft = target.with_name(f"{digest}.{os.getpid()}.tmp")
            with room(target):
                draft.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, draft)
            draft.replace(target)
        return pointer

    def _put(self, target: Path, name: str, pointer: Pointer) -> None:
        descriptor = os.open(target, os.O_RDWR | os.O_TRUNC | os.O_NOFOLLOW)
        with open(descriptor, "r+b", buffering=0) as new:  # noqa: PTH123 - its descriptor, not its name
            if not pointer.size:
                return
            with self.path(pointer).open("rb", buffering=0) as old:
                found = _copied(old, new)
        if found != pointer.oid:
            raise GitError(
                f"the object of `{name}` in this clone's LFS store is damaged",
                "`git lfs fsck --objects` takes it away, and then it is fetched anew",
            )


def _copied(old: IO[bytes], new: IO[bytes]) -> str:
    """Copy ``old``, by sharing its blocks where the disk can; return the SHA-256 of what was written."""
    digest = hashlib.sha256()
    is_cloned = _cloned(old, new)
    while chunk := (new if is_cloned else old).read(_CHUNK):
        digest.update(chunk)
        if not is_cloned:
            write_all(new.fileno(), chunk)
    return digest.hexdigest()


def _cloned(old: IO[bytes], new: IO[bytes]) -> bool:
    if sys.platform != "linux":
        return False
    import fcntl

    with suppress(OSError):
        fcntl.ioctl(new.fileno(), _CLONE, old.fileno())
        return True
    return False
