"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo import disk
from gitwf.repo.errors import StorageFullError

if TYPE_CHECKING:
    from tests.conftest import FullDisk


def test_replace(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    for content in (b"one", b"", b"two"):
        disk.replace(path, content)
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, full_disk: FullDisk) -> None:
    path = tmp_path / "file"
    disk.replace(path, b"old")
    with full_disk(), pytest.raises(StorageFullError) as caught:
        disk.replace(path, b"x" * 200_000)
    assert caught.value.message == f"no room left to write into `{tmp_path}`"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_other_faults_of_the_disk_are_not_called_full(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output error"), disk.room(tmp_path / "file"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
