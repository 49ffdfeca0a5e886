"""Content hashes as DVC makes them: md5 of a file's bytes, and of a folder's listing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

import msgspec

EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
"""The md5 of no bytes."""

_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")


class HashInfo(msgspec.Struct, frozen=True):
    """What DVC notes about a file or folder. ``size`` is in bytes; ``nfiles`` is for folders.

    ``md5`` of a folder ends in ``.dir``: it is that of the listing of its files.
    """

    md5: str
    size: int | None = None
    nfiles: int | None = None
    isexec: bool = False

    @property
    def is_dir(self) -> bool:
        """Whether this is a folder."""
        return self.md5.endswith(".dir")


class Member(msgspec.Struct, frozen=True):
    """A file of a folder: its path in the folder, with forward slashes, and its md5."""

    relpath: str
    md5: str


class Tree(msgspec.Struct, frozen=True):
    """The files of a folder, by path. Exec bits, empty folders and links are not kept, as in DVC."""

    members: tuple[Member, ...]

    @classmethod
    def of(cls, members: Iterable[Member]) -> Tree:
        """Return the tree of ``members``, in DVC's order."""
        return cls(tuple(sorted(members, key=lambda m: m.relpath)))

    @classmethod
    def read(cls, data: bytes) -> Tree | None:
        """Return the tree in the bytes of a folder's object; None where they are none.

        Paths that lead out of the folder make it none: an object may come from anywhere.
        """
        try:
            listing = json.loads(data)
            members = [Member(str(m["relpath"]), str(m["md5"])) for m in listing]
        except (ValueError, TypeError, KeyError):
            return None
        whole = isinstance(listing, list) and all(
            is_md5(m.md5) and _is_within(m.relpath) for m in members
        )
        return cls.of(members) if whole else None

    def data(self) -> bytes:
        """Return the bytes of the folder's object, as `dvc_data.hashfile.tree.Tree.as_bytes`."""
        listing = [{"md5": m.md5, "relpath": m.relpath} for m in self.members]
        return json.dumps(listing, sort_keys=True).encode()

    def md5(self) -> str:
        """Return the md5 of the folder, which ends in ``.dir``."""
        return md5_of(self.data()) + ".dir"


def is_md5(text: str) -> bool:
    """Return whether ``text`` names a file or a folder in the cache."""
    return _MD5.fullmatch(text) is not None


def md5_of(data: bytes) -> str:
    """Return the md5 of ``data``, in hexadecimal."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _is_within(relpath: str) -> bool:
    return bool(relpath) and not {"", ".", ".."} & set(relpath.split("/"))
