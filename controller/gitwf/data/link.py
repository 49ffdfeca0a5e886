"""The ways to make a file from an object of the cache: DVC's `cache.type`."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from gitwf.data.copying import copy_bytes
from gitwf.data.meter import Advance, unheard

_FICLONE = 0x40049409
"""The request of Linux's `ioctl_ficlone(2)`."""

_AGE = 1_000_000_000

_NEVER = frozenset({errno.EOPNOTSUPP, errno.ENOTTY, errno.EINVAL, errno.EXDEV, errno.ENOSYS})
"""Errors that say that this file system cannot, now or later."""


class Linker:
    """Makes files in the first of some ways that works, and remembers which do not."""

    def __init__(self) -> None:
        self._unusable: set[str] = set()

    def link(
        self, source: Path, target: Path, ways: tuple[str, ...], advance: Advance = unheard
    ) -> None:
        """Make ``target``, which is not there, in the first of ``ways`` that works; copy at last.

        Raises `OSError`: it cannot be copied either.
        """
        for way in ways:
            if way == "copy":
                break
            if self.tried(way, source, target):
                return
        copy(source, target, advance)

    def tried(self, way: str, source: Path, target: Path) -> bool:
        """Make ``target`` in this way; return whether it worked."""
        if way in self._unusable:
            return False
        try:
            WAYS[way](source, target)
        except OSError as error:
            target.unlink(missing_ok=True)
            if error.errno in _NEVER:
                self._unusable.add(way)
            return False
        return True


def reflink(source: Path, target: Path) -> None:
    """Make ``target`` share the blocks of ``source``. Raises `OSError` where that cannot be."""
    if not sys.platform.startswith("linux"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    with source.open("rb") as old, target.open("xb") as new:
        fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
    _age(target)


def copy(source: Path, target: Path, advance: Advance = unheard) -> None:
    """Make ``target`` a writable copy of ``source``."""
    copy_bytes(source, target, advance)
    _age(target)


def hardlink(source: Path, target: Path) -> None:
    """Make ``target`` a second name of ``source``."""
    target.hardlink_to(source)


def symlink(source: Path, target: Path) -> None:
    """Make ``target`` a link to ``source``."""
    target.symlink_to(source)


WAYS: Mapping[str, Callable[[Path, Path], None]] = {
    "reflink": reflink,
    "hardlink": hardlink,
    "symlink": symlink,
    "copy": copy,
}


def _age(path: Path) -> None:
    """Set the time of change a second back: a change that follows at once is then seen as one."""
    now = time.time_ns()
    os.utime(path, ns=(now, now - _AGE))
