"""What is in the cache is put in place: whole, or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from gitwf.data.abreast import abreast
from gitwf.data.atomic import temporary
from gitwf.data.errors import MissingObjectError
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import EMPTY, HashInfo, Member, Tree
from gitwf.data.link import Linker
from gitwf.data.meter import Advance
from gitwf.data.objects import Objects

_COPY = ("reflink",)


class Placer:
    """Makes files from ``objects``, in the first of the ways ``links`` that works. Safe for threads."""

    def __init__(self, objects: Objects, hasher: Hasher, links: tuple[str, ...]) -> None:
        self._objects = objects
        self._hasher = hasher
        self._links = links
        self._linker = Linker()

    def place(self, content: HashInfo, target: Path, *, copy: bool) -> None:
        """Put ``content`` at ``target`` (absolute), in place of what is there; see `Cache.checkout`."""
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = temporary(target)
        try:
            members = self._made(content, beside, target.name, copy=copy)
            _replace(beside, target)
        except BaseException:
            remove(beside)
            raise
        for member in members:
            path = target / member.relpath
            self._hasher.remember(path, member.md5, path.stat())

    def _made(
        self, content: HashInfo, beside: Path, name: str, *, copy: bool
    ) -> tuple[Member, ...]:
        """Make ``content`` at ``beside``; return its files, that without a path being the whole."""
        tree = self._tree(content, name)
        sizes = [self._size(member.md5, name) for member in tree.members]
        if content.is_dir:
            for folder in {(beside / member.relpath).parent for member in tree.members} | {beside}:
                folder.mkdir(parents=True, exist_ok=True)
        ways = _COPY if copy or content.isexec else self._links
        with self._hasher.meter.measuring("restoring", name, sum(sizes)) as advance:
            abreast(
                lambda member: self._make(member, beside / member.relpath, ways, advance),
                list(zip(tree.members, sizes, strict=True)),
            )
        if content.isexec and not content.is_dir:
            beside.chmod(beside.stat().st_mode | stat.S_IXUSR)
        return tree.members

    def _make(self, member: Member, path: Path, ways: tuple[str, ...], advance: Advance) -> None:
        ways = _COPY if member.md5 == EMPTY else ways
        self._linker.link(self._objects.path(member.md5), path, ways, advance)

    def _tree(self, content: HashInfo, name: str) -> Tree:
        if not content.is_dir:
            return Tree.of([Member("", content.md5)])
        tree = self._objects.tree(content.md5)
        if tree is None:
            raise _missing(content.md5, name)
        return tree

    def _size(self, md5: str, name: str) -> int:
        size = self._objects.size(md5)
        if size is None:
            raise _missing(md5, name)
        return size


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
        beside.unlink(missing_ok=True)  # between two names of one file, rename does nothing


def _missing(md5: str, name: str) -> MissingObjectError:
    return MissingObjectError(f"object `{md5}` of `{name}` is not in the cache")
