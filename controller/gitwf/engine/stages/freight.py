"""Files of a workspace by what is in them, so that nothing is sent that is there: git's ids, DVC's hashes.

What git tracks and nobody has changed is known by the id in its index, and what DVC has hashed by its
md5. Only a tracked file that was changed is read for this, or one that went through a filter: of a large file of LFS
git has the id of its pointer.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from gitwf.data.hasher import Hasher
from gitwf.data.ignore import Ignore
from gitwf.repo.attributes import filtered_files
from gitwf.repo.index import Staged, git_dir_of, staged
from gitwf.targets.files import Item

_CHUNK = 1 << 20


class UnreadIndexError(OSError):
    """What git tracks here only git can tell: its index is split, sparse, or broken."""


def commit_items(root: Path, ignore: Ignore, hasher: Hasher) -> Iterator[Item]:
    """Yield the tracked files of the working tree at ``root``, as they are there, but for ignored ones.

    Raises:
        OSError: if one cannot be read.
        DataError: if one changes while it is read.
        RepositoryError: if git cannot tell which ones went through a filter.
    """
    yield from _tracked(root, "", ignore, hasher)


def _tracked(root: Path, folder: str, ignore: Ignore, hasher: Hasher) -> Iterator[Item]:
    """Yield the tracked files of the working tree in ``folder`` of the one at ``root``: that, or a submodule of it."""
    top = root / folder
    git_dir = git_dir_of(top)
    entries = staged(git_dir) if git_dir else None
    if entries is None:
        raise UnreadIndexError(
            f"git's index of `{top}` cannot be read: `git update-index --no-split-index --really-refresh`"
        )
    filtered = filtered_files(top, [entry.path for entry in entries])
    for entry in entries:
        name = f"{folder}{entry.path}"
        if entry.is_submodule:
            yield from _submodule(root, f"{name}/", ignore, hasher)
        elif not ignore.covers(root / name, is_dir=False):
            known = None if entry.path in filtered else entry
            yield from _file(root / name, name, known, hasher)


def _submodule(root: Path, folder: str, ignore: Ignore, hasher: Hasher) -> Iterator[Item]:
    """Yield the files of the submodule in ``folder``: what git tracks there, or all of it in a workspace."""
    if (root / folder / ".git").exists():
        yield from _tracked(root, folder, ignore, hasher)
        return
    for at, folders, names in os.walk(root / folder):
        links = [name for name in folders if (Path(at) / name).is_symlink()]
        for path in (Path(at) / name for name in (*names, *links)):
            if not ignore.covers(path, is_dir=False):
                yield from _file(path, path.relative_to(root).as_posix(), None, hasher)


def _file(path: Path, name: str, entry: Staged | None, hasher: Hasher) -> Iterator[Item]:
    """Yield the file at ``path`` if it is there; by what git's index has of it where there is an ``entry``."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return  # deleted in the working tree
    if stat.S_ISLNK(status.st_mode):
        yield Item(name, target=os.readlink(path))  # noqa: PTH115 - a Path changes what a link says
    elif stat.S_ISREG(status.st_mode):
        yield _item(name, entry, path, status) if entry else _hashed(name, path, hasher)


def read_items(root: Path, path: Path, hasher: Hasher) -> Iterator[Item]:
    """Yield the files at ``path``, a file or a folder below ``root``, without what DVC ignores in it.

    Raises:
        OSError: if one cannot be read.
        DataError: if one is neither file nor folder, or changes while it is read.
    """
    files = [full for _, full in hasher.walk(path)] if path.is_dir() else [path]
    for full in files:
        yield _hashed(full.relative_to(root).as_posix(), full, hasher)


def _hashed(name: str, path: Path, hasher: Hasher) -> Item:
    content = hasher.file(path)
    return Item(name, content.md5, content.size or 0, bool(content.isexec))


def _item(name: str, entry: Staged, path: Path, status: os.stat_result) -> Item:
    content = entry.id if entry.matches(status) else _blob(path, status.st_size, len(entry.id))
    return Item(name, content, status.st_size, bool(status.st_mode & 0o111))


def _blob(path: Path, size: int, digits: int) -> str:
    """Return the id that git would give to a file as it is (gitformat-pack(5))."""
    digest = hashlib.sha1(usedforsecurity=False) if digits == 40 else hashlib.sha256()  # noqa: PLR2004
    digest.update(b"blob %d\0" % size)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
