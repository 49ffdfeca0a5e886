"""Archives as `tar` reads them, written as they are sent: POSIX ustar, with GNU's long names and sizes."""

from __future__ import annotations

from tarfile import DIRTYPE, GNU_FORMAT, LNKTYPE, REGTYPE, SYMTYPE, TarInfo

_BLOCK = 512
_LONGEST = 99
"""Bytes of a name that fit into a header."""

_HUGE = 8**11
"""Bytes of a file whose size does not fit into a header."""

END = bytes(2 * _BLOCK)
"""What an archive ends with."""


def file_header(name: str, size: int, *, is_executable: bool) -> bytes:
    """Return what stands before the bytes of a file, which `padding` follows."""
    return _header(name, REGTYPE, 0o755 if is_executable else 0o644, size=size)


def file(name: str, content: bytes, *, is_executable: bool = False) -> bytes:
    """Return a file."""
    header = file_header(name, len(content), is_executable=is_executable)
    return b"".join((header, content, padding(len(content))))


def file_size(size: int) -> int:
    """Return how many bytes `file` gives for content of so many, under a name that fits into a header."""
    return _BLOCK + size + len(padding(size))


def folder(name: str) -> bytes:
    """Return a folder."""
    return _header(name, DIRTYPE, 0o755)


def hard_link(name: str, target: str) -> bytes:
    """Return a further name of the file ``target``, which is there where the archive is read."""
    return _header(name, LNKTYPE, 0o644, target=target)


def link(name: str, target: str) -> bytes:
    """Return a symbolic link."""
    return _header(name, SYMTYPE, 0o777, target=target)


def padding(size: int) -> bytes:
    """Return what follows a file of so many bytes."""
    return bytes(-size % _BLOCK)


def _header(name: str, kind: bytes, mode: int, size: int = 0, target: str = "") -> bytes:
    raw, raw_target = (text.encode("utf-8", "surrogateescape") for text in (name, target))
    if max(len(raw), len(raw_target)) > _LONGEST or size >= _HUGE:
        return _long(name, kind, mode, size, target)
    fields = (
        raw.ljust(100, b"\0"),
        b"%07o\0" % mode,
        b"0000000\0" * 2,  # the owner is whoever reads it
        b"%011o\0" % size,
        b"%011o\0" % 0,
        b" " * 8,  # the check sum counts as blanks
        kind,
        raw_target.ljust(100, b"\0"),
        b"ustar\00000",
    )
    block = b"".join(fields).ljust(_BLOCK, b"\0")
    return b"%s%06o\0 %s" % (block[:148], sum(block), block[156:])


def _long(name: str, kind: bytes, mode: int, size: int, target: str) -> bytes:
    info = TarInfo(name)
    info.type, info.mode, info.size, info.linkname = kind, mode, size, target
    return info.tobuf(GNU_FORMAT, "utf-8", "surrogateescape")
