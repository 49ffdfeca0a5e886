"""Second names for objects of the cache, which `dvc gc` does not see: hard links beside it.

`<cache.dir>.kept/<clone>/ab/cdef…`: on the cache's file system, so that no byte is stored twice. A
folder for each clone: clones that share a cache let go of what they keep one by one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from gitwf.data.atomic import temporary


class Kept:
    """What ``clone`` keeps of the cache at ``cache``; ``make_folder`` makes folders as the cache does."""

    def __init__(self, cache: Path, clone: str, make_folder: Callable[[Path], None]) -> None:
        self._top = cache.with_name(f"{cache.name}.kept")
        self._folder = self._top / clone
        self._make_folder = make_folder

    def path(self, md5: str) -> Path:
        """Return where the object with this md5 is kept, or would be."""
        return self._folder / md5[:2] / md5[2:]

    def has(self, md5: str, source: Path) -> bool:
        """Return whether the object at ``source`` is kept."""
        try:
            return _is_same(self.path(md5), source.stat())
        except FileNotFoundError:
            return False

    def hold(self, md5: str, source: Path) -> bool:
        """Keep the object at ``source``; return false where this file system has no hard links.

        Raises `FileNotFoundError`: there is no such object.
        """
        path = self.path(md5)
        try:
            self._prepare(path.parent)
            path.hardlink_to(source)
        except FileExistsError:
            return self.has(md5, source) or _replaced(source, path)
        except FileNotFoundError:
            raise
        except OSError:
            return False
        return True

    def bring_back(self, md5: str, path: Path) -> bool:
        """Make ``path`` the kept object, in place of what is there; return whether it was done."""
        source = self.path(md5)
        try:
            if _is_same(path, source.stat()):
                return False
            self._make_folder(path.parent)
        except OSError:
            return False
        return _replaced(source, path)

    def drop(self, md5: str) -> None:
        """Keep an object no longer."""
        self.path(md5).unlink(missing_ok=True)

    def all(self) -> Iterator[tuple[str, os.stat_result]]:
        """Yield the md5 and the status of each object that is kept."""
        for path in sorted(self._folder.glob("??/*")):
            if not path.name.startswith("."):
                with suppress(FileNotFoundError):
                    yield path.parent.name + path.name, path.stat()

    def _prepare(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder)
        ignore = self._top / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")


def _replaced(source: Path, target: Path) -> bool:
    """Make ``target`` a second name of ``source``, in place of what is there; return whether it is."""
    beside = temporary(target)
    try:
        beside.hardlink_to(source)
        beside.replace(target)
    except OSError:
        return False
    return True


def _is_same(path: Path, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), status)
    except OSError:
        return False
