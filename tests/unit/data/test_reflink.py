"""`cache.type` reflink, on a file system that has it: blocks are shared until one side changes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitwf.data.cache import Cache
from gitwf.data.hasher import Hasher

SIZE = 20 << 20


@pytest.fixture
def sharing(tmp_path: Path) -> Iterator[Path]:
    """An XFS, whose files can share blocks."""
    image, place = tmp_path / "image", tmp_path / "disk"
    place.mkdir()
    image.touch()
    os.truncate(image, 400 << 20)
    made = os.geteuid() == 0 and shutil.which("mkfs.xfs")
    for words in (["mkfs.xfs", "-q", str(image)], ["mount", "-o", "loop", str(image), str(place)]):
        if not made or subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("an XFS can be made and mounted by root alone, with `mkfs.xfs`")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def used(place: Path) -> int:
    """Return the bytes that are taken on the disk."""
    os.sync()
    disk = os.statvfs(place)
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize


def test_no_byte_is_stored_twice_and_each_side_may_change(sharing: Path) -> None:
    out, other = sharing / "out", sharing / "other"
    out.write_bytes(os.urandom(1 << 20) * (SIZE >> 20))
    before = used(sharing)
    cache = Cache(sharing / "cache", Hasher(), ("reflink", "copy"))
    content = cache.take(out)
    cache.checkout(content, other)
    assert used(sharing) - before < SIZE // 4
    for path in (out, other):
        with path.open("rb+") as file:
            file.write(b"changed")
        assert Hasher().of(path) != content
        assert Hasher().of(cache.path(content.md5)).md5 == content.md5
