"""What a job on another machine reads of its workspace, and what it writes that comes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec


class Item(msgspec.Struct, frozen=True):
    """A file of the workspace: its ``path`` there, and what is in it.

    ``content`` names the bytes, whatever the file is called: the id of a git blob, or DVC's md5. A
    link has its ``target`` instead.
    """

    path: str
    content: str = ""
    size: int = 0
    is_executable: bool = False
    target: str | None = None


class Files(Protocol):
    """The files of one job, in the workspace at ``root``.

    ``outs`` are the paths there, of files and folders, that come back when it has succeeded, ``kept``
    those of them that come back however it ends. ``folders`` are there before it begins.
    """

    @property
    def root(self) -> Path:
        """The workspace here."""

    @property
    def outs(self) -> Sequence[str]:
        """What comes back after success."""

    @property
    def kept(self) -> Sequence[str]:
        """What comes back after any end."""

    @property
    def folders(self) -> Sequence[str]:
        """Folders that are made for it."""

    def items(self) -> Sequence[Item]:
        """Return all files that it needs. Raises OSError where one cannot be read."""

    def held(self, md5: str) -> Path | None:
        """Return a file here with this md5, or None."""
