"""The cache: files by the md5 of their bytes, folders by that of their listing.

`<cache>/files/md5/ab/cdef…`, mode 0444 as the sign that the bytes are right (`dvc_data/hashfile/db`).
An object appears whole or not at all: it is written beside, synced, made read-only and renamed. So
any number of runs and `dvc` commands can share a cache without a lock.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gitwf.data.atomic import temporary
from gitwf.data.errors import MissingObjectError
from gitwf.data.hashes import (
    CHUNK,
    EMPTY,
    Hasher,
    HashInfo,
    Member,
    Tree,
    changing,
    is_executable,
)
from gitwf.data.link import LINKS, reflink

_PROTECTED = 0o444
_GROUP = 0o2775


class Cache:
    """The objects below ``root``, the `cache.dir` of DVC. ``links`` are tried in their order.

    ``shared`` is DVC's `cache.shared = group`: folders and run-cache entries for the group.
    Safe for threads and processes.
    """

    def __init__(
        self, root: Path, hasher: Hasher, links: tuple[str, ...], *, shared: bool = False
    ) -> None:
        self.root = root
        self.links = links
        self._hasher = hasher
        self._shared = shared
        self._objects = root / "files" / "md5"

    @property
    def file_mode(self) -> int:
        """The permissions of a run-cache entry, before the umask."""
        return 0o664 if self._shared else 0o666

    def path(self, md5: str) -> Path:
        """Return where the object with this md5 is, or would be."""
        return self._objects / md5[:2] / md5[2:]

    def has(self, content: HashInfo) -> bool:
        """Return whether all of ``content`` is here, whole: for a folder, each of its files."""
        if not content.is_dir:
            return self._has(content.md5, content.size)
        tree = self.tree(content.md5)
        return tree is not None and all(self._has(m.md5, None) for m in tree.members)

    def tree(self, md5: str) -> Tree | None:
        """Return the files of the folder with this md5, or None where its object is not here."""
        if not self._has(md5, None):
            return None
        return Tree.read(self.path(md5).read_bytes())

    def add(self, path: Path) -> HashInfo:
        """Hash the file or folder at ``path`` (absolute), put it into the cache, return its hash.

        The object holds the bytes that were hashed, also where the file is changed meanwhile.
        Raises as `Hasher.of`.
        """
        if not path.is_dir():
            return self._add_file(path)
        size = 0
        members: list[Member] = []
        for relpath, full in self._hasher.walk(path):
            info = self._add_file(full)
            members.append(Member(relpath, info.md5))
            size += info.size or 0
        tree = Tree.of(members)
        return HashInfo(self._add_tree(tree), size, len(members))

    def checkout(self, content: HashInfo, target: Path, *, copy: bool = False) -> None:
        """Put ``content`` at ``target`` (absolute), whole, in place of what is there.

        Parent folders are made. ``copy`` makes a file of its own also where the cache links.

        Raises `MissingObjectError`: it is not in the cache.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = temporary(target)
        try:
            if content.is_dir:
                self._checkout_tree(content.md5, beside, target)
            else:
                self._place(content.md5, beside, copy=copy or content.isexec)
                if content.isexec:
                    beside.chmod(beside.stat().st_mode | stat.S_IXUSR)
            _replace(beside, target)
        except BaseException:
            remove(beside)
            raise
        self._remember(content, target)

    def relink(self, content: HashInfo, target: Path) -> None:
        """Replace what was just added by links to it, where the cache is set up to link."""
        if self.links[0] in {"hardlink", "symlink"}:
            self.checkout(content, target)

    def make_folder(self, folder: Path) -> None:
        """Make a folder of the cache, and those above it, for those who may use them."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
            if self._shared:
                folder.chmod(_GROUP)

    def _has(self, md5: str, size: int | None) -> bool:
        """Return whether the object is here and whole.

        DVC trusts mode 0444. A power cut can leave such an object empty or short, so the size is
        looked at too; an object of another mode is hashed, as DVC does.
        """
        path = self.path(md5)
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if status.st_size == 0 and md5 != EMPTY:
            return False
        if size is not None and status.st_size != size:
            return False
        if stat.S_IMODE(status.st_mode) == _PROTECTED:
            return True
        if self._hasher.file(path).md5 != md5.removesuffix(".dir"):
            return False
        with suppress(OSError):
            path.chmod(_PROTECTED)
        return True

    def _add_file(self, path: Path) -> HashInfo:
        status = path.stat()
        known = self._hasher.known(path, status)
        if known is not None and self._has(known, status.st_size):
            return HashInfo(known, status.st_size, isexec=is_executable(status))
        if self._is_ours(path):
            return self._hasher.file(path)
        self.make_folder(self._objects)
        beside = temporary(self._objects / "object")
        try:
            md5, size = _copy_and_hash(path, beside)
            self._keep(md5, size, beside)
        finally:
            beside.unlink(missing_ok=True)
        after = path.stat()
        if (after.st_mtime_ns, after.st_size) != (status.st_mtime_ns, size):
            raise changing(path)
        self._hasher.remember(path, md5, after)
        return HashInfo(md5, size, isexec=is_executable(after))

    def _is_ours(self, path: Path) -> bool:
        """Return whether the file at ``path`` is a link to an object whose bytes are right."""
        linked = path.is_symlink() or path.stat().st_nlink > 1
        return linked and self._has(self._hasher.file(path).md5, None)

    def _add_tree(self, tree: Tree) -> str:
        md5 = tree.md5()
        if not self._has(md5, None):
            self.make_folder(self._objects)
            beside = temporary(self._objects / "object")
            data = tree.data()
            beside.write_bytes(data)
            self._keep(md5, len(data), beside)
        return md5

    def _keep(self, md5: str, size: int, beside: Path) -> None:
        """Make the file ``beside`` the object with this md5, unless it is here already."""
        if self._has(md5, size):
            beside.unlink()
            return
        descriptor = os.open(beside, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.chmod(_PROTECTED)
        path = self.path(md5)
        self.make_folder(path.parent)
        beside.rename(path)

    def _checkout_tree(self, md5: str, beside: Path, target: Path) -> None:
        tree = self.tree(md5)
        if tree is None:
            raise _missing(md5, target)
        beside.mkdir()
        for member in tree.members:
            path = beside / member.relpath
            path.parent.mkdir(parents=True, exist_ok=True)
            self._place(member.md5, path, copy=False)

    def _remember(self, content: HashInfo, target: Path) -> None:
        """Note the hashes of what was just put at ``target``, so that it is not read again."""
        if not content.is_dir:
            self._hasher.remember(target, content.md5, target.stat())
            return
        tree = self.tree(content.md5)
        for member in tree.members if tree else ():
            path = target / member.relpath
            self._hasher.remember(path, member.md5, path.stat())

    def _place(self, md5: str, path: Path, *, copy: bool) -> None:
        """Make the file at ``path`` from the object, in the first way that works here."""
        source = self.path(md5)
        if not self._has(md5, None):
            raise _missing(md5, path)
        ways: list[Callable[[Path, Path], None]] = [LINKS["reflink"], LINKS["copy"]]
        if not copy and md5 != EMPTY:
            ways = [LINKS[name] for name in (*self.links, "copy")]
        for way in ways[:-1]:
            with suppress(OSError):
                way(source, path)
                return
        ways[-1](source, path)


def remove(path: Path) -> None:
    """Remove the file, link or folder at ``path``; what is not there is no fault."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _copy_and_hash(source: Path, target: Path) -> tuple[str, int]:
    """Copy ``source`` to ``target``; return the md5 and the size of what ``target`` holds."""
    with suppress(OSError):
        reflink(source, target)
        return _hash(target)
    digest = hashlib.md5(usedforsecurity=False)
    size = 0
    with source.open("rb", buffering=0) as file, target.open("wb") as copy:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _hash(path: Path) -> tuple[str, int]:
    info = Hasher().file(path)
    return info.md5, info.size or 0


def _replace(beside: Path, target: Path) -> None:
    """Rename ``beside`` to ``target``; a folder that is there, or that comes, goes first aside."""
    if target.is_dir() or (beside.is_dir() and os.path.lexists(target)):
        aside = temporary(target)
        target.rename(aside)
        beside.rename(target)
        remove(aside)
    else:
        beside.replace(target)


def _missing(md5: str, target: Path) -> MissingObjectError:
    return MissingObjectError(f"object `{md5}` of `{target}` is not in the cache")
