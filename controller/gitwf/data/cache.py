"""DVC's cache: files and folders go in by content, and come back in place, whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
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
    file_status,
    is_executable,
)
from gitwf.data.link import Linker
from gitwf.data.objects import Objects

_COPY = ("reflink",)


class Cache:
    """The cache at ``root``, the `cache.dir` of DVC. ``links`` is `cache.type`: tried in order.

    ``shared`` is DVC's `cache.shared = group`. Safe for threads and processes.
    """

    def __init__(
        self, root: Path, hasher: Hasher, links: tuple[str, ...], *, shared: bool = False
    ) -> None:
        self.root = root
        self.links = links
        self.objects = Objects(root, hasher, shared=shared)
        self.file_mode = 0o664 if shared else 0o666
        self._hasher = hasher
        self._linker = Linker()

    def path(self, md5: str) -> Path:
        """Return where the object with this md5 is, or would be."""
        return self.objects.path(md5)

    def has(self, content: HashInfo, since: int | None = None) -> bool:
        """Return whether all of ``content`` is here, whole: for a folder, each of its files.

        What has another size than it should, or was changed after ``since`` (a time in
        nanoseconds), is hashed; what is wrong then is removed.
        """
        size = self._size(content, since)
        if size is None or content.size in {None, size}:
            return size is not None
        for md5 in reversed(self.objects_of(content)):
            self.objects.verified(md5)
        return self._size(content, since) == content.size

    def _size(self, content: HashInfo, since: int | None) -> int | None:
        """Return the bytes of all files of ``content``, or None where one is missing."""
        if content.is_dir and self.objects.size(content.md5, since) is None:
            return None
        files = self.files(content)
        if files is None:
            self.objects.verified(content.md5)
            files = self.files(content)
        if files is None:
            return None
        sizes = [self.objects.size(md5, since) for md5 in files]
        return None if None in sizes else sum(size or 0 for size in sizes)

    def files(self, content: HashInfo) -> list[str] | None:
        """Return the md5s of the files of ``content``; None for a folder whose listing is not here."""
        if not content.is_dir:
            return [content.md5]
        tree = self.objects.tree(content.md5)
        return None if tree is None else [member.md5 for member in tree.members]

    def hold(self, content: HashInfo) -> bool:
        """Keep all of ``content`` beyond `dvc gc`; return whether it is here, and can be kept.

        A folder's listing is kept last, so that where it is, its files are.
        """
        kept = self.objects.kept
        if content.is_dir and kept and kept.has(content.md5, self.path(content.md5)):
            return True
        parts = self.objects_of(content)
        held = [self.objects.hold(md5) for md5 in parts]
        return bool(parts) and all(held)

    def objects_of(self, content: HashInfo) -> list[str]:
        """Return the md5s of all objects of ``content``: a folder's listing comes behind its files."""
        files = self.files(content) or []
        return [*files, content.md5] if content.is_dir else files

    def add(self, path: Path) -> HashInfo:
        """Hash the file or folder at ``path`` (absolute), put it into the cache, return its hash.

        An object holds the bytes that were hashed, also where the file is changed meanwhile. Raises
        as `Hasher.of`.
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
        self._add_bytes(tree.md5(), tree.data())
        return HashInfo(tree.md5(), size, len(members))

    def checkout(self, content: HashInfo, target: Path, *, copy: bool = False) -> None:
        """Put ``content`` at ``target`` (absolute), whole, in place of what is there.

        Parent folders are made. ``copy`` makes a file of its own also where the cache links. Raises
        `MissingObjectError`: it is not in the cache.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = temporary(target)
        try:
            placed = self._place(content, beside, target, copy=copy)
            _replace(beside, target)
        except BaseException:
            remove(beside)
            raise
        for relpath, md5 in placed:
            path = target / relpath
            self._hasher.remember(path, md5, path.stat())

    def relink(self, content: HashInfo, target: Path) -> None:
        """Replace what was just added by links to it, where the cache is set up to link.

        What `dvc gc` has removed again stays the file that it is.
        """
        if self.links[0] in {"hardlink", "symlink"}:
            with suppress(MissingObjectError):
                self.checkout(content, target)

    def _add_file(self, path: Path) -> HashInfo:
        status = file_status(path)
        known = self._known(path, status)
        if known is not None and self.objects.size(known) == status.st_size:
            return HashInfo(known, status.st_size, isexec=is_executable(status))
        draft = self.objects.draft()
        try:
            md5 = self._copy_and_hash(path, draft)
            size = draft.stat().st_size
            self.objects.keep(md5, draft)
        finally:
            draft.unlink(missing_ok=True)
        after = path.stat()
        if (after.st_mtime_ns, after.st_size) != (status.st_mtime_ns, size):
            raise changing(path)
        self._hasher.remember(path, md5, after)
        return HashInfo(md5, size, isexec=is_executable(after))

    def _known(self, path: Path, status: os.stat_result) -> str | None:
        """Return the md5 of a file that is probably in the cache: known, or a link."""
        if path.is_symlink() or status.st_nlink > 1:
            return self._hasher.file(path).md5
        return self._hasher.known(path, status)

    def _add_bytes(self, md5: str, data: bytes) -> None:
        if self.objects.size(md5) != len(data):
            draft = self.objects.draft()
            draft.write_bytes(data)
            self.objects.keep(md5, draft)

    def _copy_and_hash(self, source: Path, draft: Path) -> str:
        """Copy ``source`` to ``draft`` and return the md5 of what ``draft`` holds."""
        if self._linker.tried("reflink", source, draft):
            return Hasher().file(draft).md5
        digest = hashlib.md5(usedforsecurity=False)
        with source.open("rb", buffering=0) as file, draft.open("wb") as copy:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                copy.write(chunk)
        return digest.hexdigest()

    def _place(
        self, content: HashInfo, beside: Path, target: Path, *, copy: bool
    ) -> list[tuple[str, str]]:
        """Make ``content`` at ``beside``; return the path within and md5 of each of its files."""
        if not content.is_dir:
            self._place_file(content.md5, beside, target, copy=copy or content.isexec)
            if content.isexec:
                beside.chmod(beside.stat().st_mode | stat.S_IXUSR)
            return [("", content.md5)]
        tree = self.objects.tree(content.md5)
        if tree is None:
            raise _missing(content.md5, target)
        beside.mkdir()
        for member in tree.members:
            path = beside / member.relpath
            path.parent.mkdir(parents=True, exist_ok=True)
            self._place_file(member.md5, path, target, copy=copy)
        return [(member.relpath, member.md5) for member in tree.members]

    def _place_file(self, md5: str, path: Path, target: Path, *, copy: bool) -> None:
        if self.objects.size(md5) is None:
            raise _missing(md5, target)
        ways = _COPY if copy or md5 == EMPTY else self.links
        self._linker.link(self.path(md5), path, ways)


def remove(path: Path) -> None:
    """Remove the file, link or folder at ``path``; what is not there is no fault."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _replace(beside: Path, target: Path) -> None:
    """Rename ``beside`` to ``target``; a folder that is there goes aside first."""
    if target.is_dir() or (beside.is_dir() and os.path.lexists(target)):
        aside = temporary(target)
        target.rename(aside)
        beside.rename(target)
        remove(aside)
    else:
        beside.replace(target)


def _missing(md5: str, target: Path) -> MissingObjectError:
    return MissingObjectError(f"object `{md5}` of `{target.name}` is not in the cache")
