"""Writing files so that a power cut or a full disk leaves the old or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitwf.repo.errors import StorageFullError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_LEAST = 1 << 16
"""Bytes below which a disk counts as full."""


@contextmanager
def room(path: Path) -> Iterator[None]:
    """Turn the system's words for a full disk into `StorageFullError`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _full(path) from error


def demand_room(path: Path) -> None:
    """Raise `StorageFullError` where the disk of ``path`` is full."""
    if shutil.disk_usage(path.parent).free < _LEAST:
        raise _full(path)


def _full(path: Path) -> StorageFullError:
    return StorageFullError(
        f"no room left to write into `{path.parent}`",
        "free some space there; nothing is half written",
    )


def write_all(descriptor: int, data: bytes) -> None:
    """Write the whole of ``data``; a regular file takes less only where the disk is full."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def replace(path: Path, content: bytes) -> None:
    """Write ``content`` as the file ``path``, whole or, where it fails, not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with room(path), partial.open("wb", buffering=0) as file:
            write_all(file.fileno(), content)
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def clear_away(folder: Path) -> None:
    """Remove ``folder`` with all that is in it, however deep; what cannot be removed stays, and is no error."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:  # before Python 3.13 it calls itself for each level
        subprocess.run(["rm", "-rf", "--", str(folder)], stderr=subprocess.DEVNULL, check=False)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in ``folder``, or the content of a file, outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append(path: Path, content: bytes) -> None:
    """Add ``content`` to the file ``path``, in one write."""
    with room(path), path.open("ab", buffering=0) as file:
        write_all(file.fileno(), content)
