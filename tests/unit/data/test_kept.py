from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.data.cache import Cache
from gitwf.data.hashes import HashInfo
from gitwf.data.project import Project

Write = Callable[[dict[str, str | bytes]], None]


@pytest.fixture
def cache(project: Project) -> Cache:
    project.cache.objects.keep_for("clone")
    return project.cache


@pytest.fixture
def folder(root: Path, write: Write, cache: Cache) -> HashInfo:
    """A folder of three files in the cache, kept."""
    write({"data/a": "one", "data/b": "two", "data/sub/c": "three"})
    content = cache.add(root / "data")
    assert cache.hold(content)
    return content


def test_what_is_kept_comes_back_as_it_was(cache: Cache, folder: HashInfo) -> None:
    places = [cache.path(md5) for md5 in cache.objects_of(folder)]
    for place in places:
        place.unlink()
    assert cache.has(folder)
    assert [place.stat().st_nlink for place in places] == [2] * 4
    assert {oct(place.stat().st_mode)[-3:] for place in places} == {"444"}


def test_git_sees_nothing_of_what_is_kept(root: Path, folder: HashInfo) -> None:
    assert folder.is_dir
    assert (root / ".dvc/cache.kept/.gitignore").read_text() == "*\n"


def test_each_clone_keeps_for_itself(root: Path, cache: Cache, folder: HashInfo) -> None:
    other = Project.open(root).cache
    other.objects.keep_for("other")
    assert other.objects.kept is not None
    assert list(other.objects.kept.all()) == []
    for md5 in cache.objects_of(folder):
        cache.path(md5).unlink()
    assert not other.has(folder)
    assert cache.has(folder)


def test_what_is_not_there_is_not_kept(cache: Cache) -> None:
    assert not cache.hold(HashInfo("0" * 32))
    assert not cache.hold(HashInfo("0" * 32 + ".dir"))


def test_without_a_clone_nothing_is_kept(root: Path, write: Write) -> None:
    cache = Project.open(root).cache
    write({"a": "one"})
    assert not cache.hold(cache.add(root / "a"))
    assert not (root / ".dvc/cache.kept").exists()


def test_a_file_system_without_links_keeps_nothing(root: Path, write: Write, cache: Cache) -> None:
    write({"a": "one", ".dvc/cache.kept": "in the way"})
    assert not cache.hold(cache.add(root / "a"))


def damage(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)


@pytest.mark.parametrize("data", [b"tw", b"TWO", b""], ids=["truncated", "flipped", "empty"])
def test_a_damaged_file_of_a_folder_is_found_and_removed(
    root: Path, cache: Cache, folder: HashInfo, data: bytes
) -> None:
    path = cache.path(HashInfo(cache.add(root / "data/b").md5).md5)
    before = path.stat().st_mtime_ns
    damage(path, data)
    os.utime(path, ns=(before, before + 10**9))
    other = Project.open(root).cache
    other.objects.keep_for("clone")
    assert not other.has(folder, since=before)
    assert not other.has(folder)


def test_an_object_is_mended_from_what_is_kept(cache: Cache, folder: HashInfo) -> None:
    listing = cache.path(folder.md5)
    data = listing.read_bytes()
    listing.unlink()  # a damaged file of its own: the kept one has other bytes
    listing.write_bytes(b"[]")
    listing.chmod(0o444)
    assert cache.has(folder)
    assert listing.read_bytes() == data


def test_an_object_that_has_not_changed_since_is_not_read(cache: Cache, folder: HashInfo) -> None:
    path = cache.path(folder.md5)
    assert cache.objects.size(folder.md5, path.stat().st_mtime_ns) == path.stat().st_size


def test_what_is_made_again_takes_the_place_of_a_damaged_object(
    root: Path, write: Write, cache: Cache
) -> None:
    write({"a": "one"})
    content = cache.add(root / "a")
    cache.hold(content)
    path = cache.path(content.md5)
    before = path.stat()
    damage(path, b"ONE")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))
    write({"b": "one"})
    assert Project.open(root).cache.add(root / "b") == content
    assert path.read_bytes() == b"one"
