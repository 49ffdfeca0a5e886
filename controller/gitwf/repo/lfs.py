"""Pointers of Git LFS: what git has of a large file, whose content is kept elsewhere.

Their format: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, read as git-lfs reads it (`lfs/pointer.go`).
"""

from __future__ import annotations

import re

import msgspec

NAME = "lfs"
"""What its filter is called in attributes, and in `[workspace] filters`."""

LIMIT = 1024
"""A pointer has fewer bytes than that."""

VERSION = "https://git-lfs.github.com/spec/v1"
_VERSIONS = frozenset(
    {
        VERSION,
        "https://hawser.github.com/spec/v1",
        "http://git-media.io/v/2",
    }
)
_EXTENSION = re.compile(r"ext-\d-\w+")
_OID = re.compile(r"sha256:([0-9a-f]{64})")
_KEYS = ["version", "oid", "size"]


class Pointer(msgspec.Struct, frozen=True):
    """Which content is meant: its SHA-256 in hexadecimal, and its size in bytes.

    ``is_extended``: programs of `lfs.extension` are to make the file from it.
    """

    oid: str
    size: int
    is_extended: bool = False

    def text(self) -> bytes:
        """Return the pointer as git-lfs writes it."""
        return f"version {VERSION}\noid sha256:{self.oid}\nsize {self.size}\n".encode()


def parse(data: bytes) -> Pointer | None:
    """Return the pointer that ``data`` is, or None where git-lfs would leave it as it is."""
    if len(data) >= LIMIT:
        return None
    lines = data.decode(errors="replace").strip().splitlines()
    pairs = [line.partition(" ")[::2] for line in lines if line]
    own = [(key, value) for key, value in pairs if not _EXTENSION.match(key)]
    if [key for key, _ in own] != _KEYS:
        return None
    version, oid, size = (value for _, value in own)
    found = _OID.fullmatch(oid)
    if version not in _VERSIONS or found is None or not (size.isascii() and size.isdigit()):
        return None
    return Pointer(found[1], int(size), len(own) < len(pairs))
