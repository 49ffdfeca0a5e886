"""What is written goes into the cache: each file is read once, hashed, and becomes an object."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gitwf.data.abreast import abreast
from gitwf.data.copying import copy_and_hash
from gitwf.data.hasher import CHUNK, Hasher, changing, file_status, folder_of, is_executable
from gitwf.data.hashes import HashInfo
from gitwf.data.link import Linker
from gitwf.data.meter import Advance, unheard
from gitwf.data.objects import Objects

Draw = Callable[[Path, os.stat_result, Path, Advance], str]
"""Makes a draft of an object from a file with this status; returns the md5 of what the draft holds."""


class Intake:
    """Puts files into ``objects``. Safe for threads."""

    def __init__(self, objects: Objects, hasher: Hasher) -> None:
        self._objects = objects
        self._hasher = hasher
        self._linker = Linker()

    def copied(self, path: Path) -> HashInfo:
        """Put a copy of the file or folder at ``path`` into the cache. Raises as `Hasher.of`."""
        return self._add(path, self._copy)

    def taken(self, path: Path) -> HashInfo:
        """Do as `copied`, without copying: the files at ``path`` become objects themselves.

        What is executable stays a file of its own, and so does what has other names, or is a link.
        """
        return self._add(path, self._take)

    def _add(self, path: Path, draw: Draw) -> HashInfo:
        with self._objects.room():
            return self._add_folder(path, draw) if path.is_dir() else self._add_one(path, draw)

    def _add_one(self, path: Path, draw: Draw) -> HashInfo:
        status = file_status(path)
        self._hasher.learn({path: status})
        with self._hasher.meter.measuring("saving", path.name, status.st_size) as advance:
            return self._add_file(path, status, draw, advance)

    def _add_folder(self, path: Path, draw: Draw) -> HashInfo:
        names, files = self._hasher.files(path)
        total = sum(status.st_size for status in files.values())
        with self._hasher.meter.measuring("saving", path.name, total) as advance:
            known = {file: self._there(file, status, advance) for file, status in files.items()}
            missing = [file for file, info in known.items() if info is None]
            added = abreast(
                lambda file: self._add_missing(file, files[file], draw, advance),
                [(file, files[file].st_size) for file in missing],
                waits=True,
            )
        there = {file: info for file, info in known.items() if info is not None}
        infos = there | dict(zip(missing, added, strict=True))
        info, tree = folder_of(names, [infos[file] for file in files])
        self._add_bytes(info.md5, tree.data())
        return info

    def _add_file(
        self, path: Path, status: os.stat_result, draw: Draw, advance: Advance
    ) -> HashInfo:
        there = self._there(path, status, advance)
        return there or self._add_missing(path, status, draw, advance)

    def _there(self, path: Path, status: os.stat_result, advance: Advance) -> HashInfo | None:
        """Return the hash of a file whose object is there; None where it is not, or is not looked for.

        That of a large file is not: it would be read twice.
        """
        known = self._known(path, status)
        if known is not None and self._objects.size(known) == status.st_size:
            return HashInfo(known, status.st_size, isexec=is_executable(status))
        if known is not None or status.st_size > CHUNK:
            return None
        md5 = self._hasher.counted(path, unheard)
        if self._objects.verified(md5) != status.st_size:
            return None
        advance(status.st_size)
        return HashInfo(md5, status.st_size, isexec=is_executable(status))

    def _add_missing(
        self, path: Path, status: os.stat_result, draw: Draw, advance: Advance
    ) -> HashInfo:
        draft = self._objects.draft()
        try:
            md5 = draw(path, status, draft, advance)
            size = draft.stat().st_size
            self._objects.keep(md5, draft)
        finally:
            draft.unlink(missing_ok=True)
        after = path.stat()
        if (after.st_mtime_ns, after.st_size) != (status.st_mtime_ns, size):
            raise changing(path)
        self._hasher.remember(path, md5, after)
        return HashInfo(md5, size, isexec=is_executable(status))

    def _known(self, path: Path, status: os.stat_result) -> str | None:
        """Return the md5 of a file that is probably in the cache: known, or a link."""
        if path.is_symlink() or status.st_nlink > 1:
            return self._hasher.file(path).md5
        return self._hasher.known(path, status)

    def _add_bytes(self, md5: str, data: bytes) -> None:
        if self._objects.size(md5) != len(data):
            draft = self._objects.draft()
            draft.write_bytes(data)
            self._objects.keep(md5, draft)

    def _copy(self, path: Path, status: os.stat_result, draft: Path, advance: Advance) -> str:
        if self._linker.tried("reflink", path, draft):
            return Hasher().counted(draft, advance)
        return copy_and_hash(path, draft, status.st_size, advance)

    def _take(self, path: Path, status: os.stat_result, draft: Path, advance: Advance) -> str:
        ours = not (is_executable(status) or path.is_symlink() or status.st_nlink > 1)
        if ours and self._linker.tried("hardlink", path, draft):
            return Hasher().counted(draft, advance)
        return self._copy(path, status, draft, advance)
