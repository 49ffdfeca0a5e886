"""DVC's cache: files and folders go in by content, and come back in place, whole."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gitwf.data.errors import MissingObjectError
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import HashInfo
from gitwf.data.intake import Intake
from gitwf.data.objects import Objects
from gitwf.data.placing import Placer

_LINKS = frozenset({"hardlink", "symlink"})


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
        self._intake = Intake(self.objects, hasher)
        self._placer = Placer(self.objects, hasher, links)

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
        return self._intake.copied(path)

    def take(self, path: Path) -> HashInfo:
        """Do as `add`, and replace what is there by links, where the cache is set up to link.

        What `dvc gc` has removed again by then stays the file that it is, and a link to a folder the
        link, as in DVC.
        """
        if self.links[0] not in _LINKS or (path.is_symlink() and path.is_dir()):
            return self.add(path)
        content = self._intake.taken(path)
        with suppress(MissingObjectError):
            self.checkout(content, path)
        return content

    def checkout(self, content: HashInfo, target: Path, *, copy: bool = False) -> None:
        """Put ``content`` at ``target`` (absolute), whole, in place of what is there.

        Parent folders are made. ``copy`` makes a file of its own also where the cache links. Raises
        `MissingObjectError`: it is not in the cache.
        """
        self._placer.place(content, target, copy=copy)
