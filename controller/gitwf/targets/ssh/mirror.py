"""The output of a job on another machine, byte for byte in its folder here.

The size of the file here is how far it is: so nothing is lost or doubled, whoever goes on with it.
"""

from __future__ import annotations

import fcntl
import os

from gitwf.repo.disk import room, write_all
from gitwf.targets.job import JobFolder
from gitwf.targets.ssh.far import Far, Seen

_AT_ONCE = 1 << 22
"""Bytes that are brought of one file before others have their turn."""


class Mirror:
    """Brings what the job ``name`` of ``far`` prints into ``folder``. For one thread."""

    def __init__(self, far: Far, name: str, folder: JobFolder) -> None:
        self._far = far
        self._name = name
        self._folder = folder

    def follow(self, seen: Seen) -> bool:
        """Bring what is there and not here; return whether that was all of it.

        Raises `StorageFullError` where there is no room here, and as `Far.piece`.
        """
        return all([self._file("out", seen.out), self._file("err", seen.err)])

    def _file(self, file: str, size: int | None) -> bool:
        if size is None:
            return True
        path = self._folder.path / file
        with room(path):
            here = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(here, fcntl.LOCK_EX)  # of two that look after it, one at a time
                have = os.fstat(here).st_size
                if have < size:
                    self._far.piece(
                        f"jobs/{self._name}/{file}",
                        have,
                        min(size - have, _AT_ONCE),
                        lambda data: write_all(here, data),
                    )
                return os.fstat(here).st_size >= size
            finally:
                os.close(here)
