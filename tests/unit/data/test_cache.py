from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitwf.data.cache import Cache
from gitwf.data.errors import MissingObjectError
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import HashInfo

Write = Callable[[dict[str, str | bytes]], None]
TYPES = [("copy",), ("reflink", "copy"), ("hardlink", "copy"), ("symlink",)]


@pytest.fixture
def cache(root: Path) -> Cache:
    return Cache(root / "cache", Hasher(), ("reflink", "copy"))


def objects(cache: Cache) -> Iterator[Path]:
    return (path for path in (cache.root / "files").rglob("*") if path.is_file())


def test_a_file_becomes_a_read_only_object(cache: Cache, root: Path, write: Write) -> None:
    write({"a": "text"})
    content = cache.add(root / "a")
    assert content == HashInfo("1cb251ec0d568de6a929b520c4aed8d1", 4)
    path = cache.path(content.md5)
    assert path == root / "cache/files/md5/1c/b251ec0d568de6a929b520c4aed8d1"
    assert path.read_text() == "text"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert list(objects(cache)) == [path]
    assert cache.has(content)
    assert (root / "a").stat().st_mode & 0o200


@pytest.mark.parametrize("links", TYPES, ids="-".join)
@pytest.mark.parametrize("isexec", [False, True], ids=["plain", "exec"])
def test_a_file_comes_back(
    root: Path, write: Write, links: tuple[str, ...], *, isexec: bool
) -> None:
    write({"a": "text", "b/c": "old"})
    (root / "a").chmod(0o755 if isexec else 0o644)
    cache = Cache(root / "cache", Hasher(), links)
    content = cache.add(root / "a")
    for target in (root / "b" / "c", root / "new" / "folder" / "c"):
        cache.checkout(content, target)
        assert target.read_text() == "text"
        assert os.access(target, os.X_OK) == isexec
        assert target.is_symlink() == (links[0] == "symlink" and not isexec)
        assert [path.name for path in target.parent.iterdir()] == ["c"]
    assert stat.S_IMODE(cache.path(content.md5).stat().st_mode) == 0o444


@pytest.mark.parametrize("links", TYPES, ids="-".join)
def test_a_folder_comes_back_in_place_of_anything(
    root: Path, write: Write, links: tuple[str, ...]
) -> None:
    write({"d/a": "a", "d/b/c": "c", "d/b/empty": "", "file": "", "folder/x": ""})
    cache = Cache(root / "cache", Hasher(), links)
    content = cache.add(root / "d")
    assert content.size == 2
    assert content.nfiles == 3
    (root / "link").symlink_to(root / "folder")
    for name in ("file", "folder", "new", "link"):
        cache.checkout(content, root / name)
        assert Hasher().of(root / name) == content
        assert not (root / name).is_symlink()
    assert not [path for path in root.iterdir() if path.suffix == ".tmp"]


@pytest.mark.parametrize(
    ("links", "count"), [(("hardlink",), 2), (("symlink",), 1), (("copy",), 1)]
)
def test_what_was_added_is_linked_where_the_cache_links(
    root: Path, write: Write, links: tuple[str, ...], count: int
) -> None:
    write({"a": "text"})
    cache = Cache(root / "cache", Hasher(), links)
    content = cache.take(root / "a")
    assert cache.path(content.md5).stat().st_nlink == count
    assert (root / "a").is_symlink() == (links == ("symlink",))
    assert cache.add(root / "a") == content


def test_a_copy_is_a_file_of_its_own_also_where_the_cache_links(root: Path, write: Write) -> None:
    write({"a": "text"})
    cache = Cache(root / "cache", Hasher(), ("hardlink",))
    cache.checkout(cache.add(root / "a"), root / "b", copy=True)
    (root / "b").write_text("mine")
    assert cache.path("1cb251ec0d568de6a929b520c4aed8d1").read_text() == "text"


def replaced(path: Path, data: bytes, mode: int) -> None:
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "deleted": lambda path: path.unlink(),
    "empty": lambda path: replaced(path, b"", 0o444),
    "short": lambda path: replaced(path, b"tex", 0o444),
    "unproven-and-wrong": lambda path: replaced(path, b"evil", 0o644),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("out", ["a", "d"])
def test_a_damaged_object_is_not_there_and_is_mended_by_adding_again(
    cache: Cache, root: Path, write: Write, damage: str, out: str
) -> None:
    write({"a": "text", "d/e/f": "text"})
    content = cache.add(root / out)
    DAMAGE[damage](cache.path("1cb251ec0d568de6a929b520c4aed8d1"))
    assert not cache.has(content)
    if damage != "short":
        with pytest.raises(MissingObjectError):
            cache.checkout(content, root / "new")
    assert not (root / "new").exists() or damage == "short"
    assert cache.add(root / out) == content
    assert cache.has(content)


def test_a_damaged_listing_is_not_there_and_is_mended(
    cache: Cache, root: Path, write: Write
) -> None:
    write({"d/e/f": "text"})
    content = cache.add(root / "d")
    replaced(cache.path(content.md5), b"[", 0o444)
    assert not cache.has(content)
    assert cache.add(root / "d") == content
    assert cache.has(content)


def test_an_object_of_another_mode_is_proven(cache: Cache, root: Path, write: Write) -> None:
    write({"a": "text"})
    content = cache.add(root / "a")
    cache.path(content.md5).chmod(0o644)
    assert cache.has(content)
    assert stat.S_IMODE(cache.path(content.md5).stat().st_mode) == 0o444


def test_what_is_missing_is_named(cache: Cache, root: Path) -> None:
    with pytest.raises(MissingObjectError) as caught:
        cache.checkout(HashInfo("0" * 32), root / "model.bin")
    assert caught.value.message == f"object `{'0' * 32}` of `model.bin` is not in the cache"
    assert list(root.glob("*model*")) == []


def test_a_shared_cache_is_for_the_group(root: Path, write: Write) -> None:
    write({"a": "text"})
    cache = Cache(root / "cache", Hasher(), ("copy",), shared=True)
    content = cache.add(root / "a")
    assert stat.S_IMODE(cache.path(content.md5).parent.stat().st_mode) == 0o2775


def test_what_was_put_in_place_is_not_read_again(cache: Cache, root: Path, write: Write) -> None:
    write({"d/e": "text", "a": "other"})
    hasher = Hasher()
    other = Cache(cache.root, hasher, ("copy",))
    for name in ("a", "d"):
        other.checkout(cache.add(root / name), root / "new" / name)
    for path in (root / "new/a", root / "new/d/e"):
        assert hasher.known(path, path.stat()) is not None
