"""A folder as the `Files` of a job."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitwf.targets.files import Item


class Tree:
    """All files below ``root``."""

    outs: Sequence[str] = ()
    kept: Sequence[str] = ()
    folders: Sequence[str] = ("empty folder",)

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def write(self, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def add_link(self, name: str, target: str) -> None:
        (self.root / name).symlink_to(target)

    def items(self) -> list[Item]:
        paths = [
            path for path in sorted(self.root.rglob("*")) if path.is_symlink() or path.is_file()
        ]
        return [self._item(path) for path in paths]

    def held(self, md5: str) -> Path | None:  # noqa: ARG002
        return None

    def seen(self, root: Path) -> dict[str, bytes | str]:
        """Return the files and links below ``root``."""
        return {
            str(path.relative_to(root)): str(path.readlink())
            if path.is_symlink()
            else path.read_bytes()
            for path in root.rglob("*")
            if path.is_symlink() or path.is_file()
        }

    def _item(self, path: Path) -> Item:
        name = path.relative_to(self.root).as_posix()
        if path.is_symlink():
            return Item(name, target=str(path.readlink()))
        content = path.read_bytes()
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return Item(name, md5, len(content), os.access(path, os.X_OK))
