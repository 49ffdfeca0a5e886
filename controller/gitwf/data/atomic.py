"""Files that are there whole or not at all: written beside, synced, then renamed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_NAME = 100


def temporary(path: Path) -> Path:
    """Return a name beside ``path`` that no other writer uses."""
    return path.with_name(f".{path.name[:_NAME]}.{os.urandom(6).hex()}.tmp")


def write_whole(path: Path, data: bytes, mode: int = 0o666, *, sync: bool = True) -> None:
    """Replace the file at ``path`` by one that holds ``data``.

    A file that is there keeps its permissions; a new one gets ``mode`` less the umask. ``sync``
    has the bytes on the disk before the name, so that a power cut leaves no empty file; what can
    be made again does without. Raises `OSError` where it cannot be written; the old file is then
    as it was.
    """
    beside = temporary(path)
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            with suppress(FileNotFoundError):
                os.fchmod(descriptor, path.stat().st_mode & 0o7777)
            if sync:
                os.fsync(descriptor)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
