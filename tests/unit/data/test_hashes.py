from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.data.errors import DataError, UnsupportedError
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import HashInfo, Member, Tree
from gitwf.data.ignore import Ignore

Write = Callable[[dict[str, str | bytes]], None]


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - the hash that DVC uses


def test_a_file_is_its_bytes_size_and_exec_bit(root: Path, write: Write) -> None:
    write({"a": "text"})
    assert Hasher().of(root / "a") == HashInfo(md5("text"), 4)
    (root / "a").chmod(0o711)
    assert Hasher().of(root / "a") == HashInfo(md5("text"), 4, isexec=True)


def test_a_folder_is_the_listing_of_its_files(root: Path, write: Write) -> None:
    write({"d/b": "bb", "d/a/ü": "a", "d/empty/.keep": ""})
    listing = (
        f'[{{"md5": "{md5("a")}", "relpath": "a/\\u00fc"}}, {{"md5": "{md5("bb")}", "relpath": "b"}}, '
        f'{{"md5": "{md5("")}", "relpath": "empty/.keep"}}]'
    )
    info, tree = Hasher().folder(root / "d")
    assert info == HashInfo(md5(listing) + ".dir", 3, 3)
    assert tree.data() == listing.encode()
    assert Tree.read(tree.data()) == tree


def test_what_dvc_passes_over_in_a_folder_is_passed_over(root: Path, write: Write) -> None:
    write({"d/a": "a", "d/.git/x": "", "d/sub/.git": "", "d/.dvc/x": "", "d/repo/.dvc/config": "",
           "d/repo/b": "", "d/c.tmp": "", "d/keep.tmp": "", "e/f": "",
           ".dvcignore": "*.tmp\n!keep.tmp\n", "d/empty/x.tmp": ""})  # fmt: skip
    (root / "d" / "link").symlink_to(root / "e")
    found = [name for name, _ in Hasher(Ignore(root)).walk(root / "d")]
    assert found == ["a", "keep.tmp"]


def test_links_to_files_are_followed(root: Path, write: Write) -> None:
    write({"d/a": "a", "e": "e"})
    (root / "d" / "link").symlink_to(root / "e")
    _, tree = Hasher().folder(root / "d")
    assert tree.members == (Member("a", md5("a")), Member("link", md5("e")))


def test_what_is_no_file_and_no_folder_is_said(root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(DataError) as caught:
        Hasher().of(root / "pipe")
    assert str(caught.value) == f"`{root / 'pipe'}` is neither a file nor a folder"
    with pytest.raises(FileNotFoundError):
        Hasher().of(root / "missing")
    with socket.socket(socket.AF_UNIX) as server:
        (root / "d").mkdir()
        server.bind(os.path.relpath(root / "d" / "s"))
        with pytest.raises(DataError):
            Hasher().of(root / "d")


def test_a_dvcignore_within_is_refused_as_dvc_does(root: Path, write: Write) -> None:
    write({"d/a": "a", "d/.dvcignore": ""})
    with pytest.raises(UnsupportedError) as caught:
        Hasher().of(root / "d")
    assert caught.value.message == f"`{root / 'd'}` holds a `.dvcignore`"


def test_a_file_is_read_once_until_it_changes(root: Path, write: Write) -> None:
    write({"a": "one"})
    path = root / "a"
    os.utime(path, ns=(0, 0))
    hasher = Hasher()
    assert hasher.of(path).md5 == md5("one")
    path.write_text("two")
    os.utime(path, ns=(0, 0))
    assert hasher.of(path).md5 == md5("one"), "same inode, time and size: it was not read"
    os.utime(path, ns=(0, 1))
    assert hasher.of(path).md5 == md5("two")


def test_a_file_too_young_to_tell_is_read_again(root: Path, write: Write) -> None:
    write({"a": "one"})
    path = root / "a"
    hasher = Hasher()
    hasher.of(path)
    before = path.stat()
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert hasher.of(path).md5 == md5("two")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="no-list"),
        pytest.param(b'[{"md5": "x", "relpath": "a"}]', id="no-md5"),
        pytest.param(b'[{"md5": "%032x", "relpath": "../a"}]' % 0, id="leads-out"),
        pytest.param(b'[{"md5": "%032x", "relpath": "/a"}]' % 0, id="absolute"),
        pytest.param(b'[{"md5": "%032x", "relpath": ""}]' % 0, id="no-path"),
        pytest.param(b'[{"relpath": "a"}]', id="no-hash"),
        pytest.param(b"[1]", id="numbers"),
    ],
)
def test_bytes_that_are_no_listing_make_no_tree(data: bytes) -> None:
    assert Tree.read(data) is None
