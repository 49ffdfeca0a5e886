"""The ids that git would give to the files of a working tree, so that they compare with those of commits.

What nobody has changed since git looked is known from its index, however large it is. Only what was changed or
is new is read: git hashes it, with the conversions that it would commit it with, as `git status` does; of a file
of LFS the pointer is hashed. Nothing is written.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from gitwf.repo import lfs
from gitwf.repo.attributes import filters_of
from gitwf.repo.git import Git
from gitwf.repo.index import Staged, git_dir_of, staged

_AT_ONCE = 200
"""Files that one process of git is asked about."""

_SHA256_DIGITS = 64
_LINK, _SUBMODULE, _TREE = "120000", "160000", "40000"
_LISTED = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--")


class WorkingTree:
    """The files of the working tree at ``root``: those that git tracks, and new ones that it does not ignore."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._git = Git(root)

    def id(self, path: str) -> str | None:
        """Return the id of the file, link, folder or submodule at ``path``, or None; an ignored file has one too."""
        full = self._root / path
        if full.is_dir() and not full.is_symlink():
            if path in self._submodules:
                return self._head(path)
            files = self.files(path)
            return self._tree(path, files) if files else None
        return self._ids([path]).get(path)

    def files(self, folder: str) -> Mapping[str, str]:
        """Return all files below ``folder`` (``""``: all), path to id; of a submodule its commit."""
        listed = self._git.run(*_LISTED, f":(top,literal){folder}" if folder else ":/")
        paths = sorted(dict.fromkeys(os.fsdecode(name) for name in listed.split(b"\0") if name))
        found = dict(self._ids([path for path in paths if path not in self._submodules]))
        heads = {path: self._head(path) for path in paths if path in self._submodules}
        return found | {path: head for path, head in heads.items() if head}

    def is_tracked(self, path: str) -> bool:
        """Return whether git tracks ``path``, or a file below it."""
        return path in self._entries or any(name.startswith(f"{path}/") for name in self._entries)

    def is_ignored(self, path: str) -> bool:
        """Return whether git would leave ``path`` out of a commit of everything."""
        if path in self._entries:
            return False
        return not self._git.attempt("check-ignore", "--quiet", "--", path).status

    def submodule(self, path: str) -> str | None:
        """Return the path of the submodule that ``path`` is, or lies in, if no file of that was changed."""
        found = next((m for m in self._submodules if f"{path}/".startswith(f"{m}/")), None)
        return found if found is not None and self._is_clean(found) else None

    @cached_property
    def _entries(self) -> Mapping[str, Staged]:
        """The files in git's index; none where only git can read it: then all are hashed."""
        git_dir = git_dir_of(self._root)
        entries = staged(git_dir) if git_dir else None
        return {entry.path: entry for entry in entries or ()}

    @cached_property
    def _submodules(self) -> frozenset[str]:
        return frozenset(path for path, entry in self._entries.items() if entry.is_submodule)

    def _head(self, submodule: str) -> str | None:
        if not (self._root / submodule / ".git").exists():
            return self._entries[submodule].id  # it is not checked out
        said = Git(self._root / submodule).attempt("rev-parse", "--verify", "--quiet", "HEAD")
        return said.stdout.decode().strip() or None

    def _is_clean(self, submodule: str) -> bool:
        if not (self._root / submodule / ".git").exists():
            return True
        said = Git(self._root / submodule).attempt("--no-optional-locks", "status", "--porcelain")
        return not said.status and not said.stdout

    def _ids(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return the ids of the files and links among ``paths`` that can be read."""
        known: dict[str, str] = {}
        changed: list[str] = []
        for path in paths:
            try:
                status = (self._root / path).lstat()
            except (OSError, ValueError):
                continue
            entry = self._entries.get(path)
            if entry is not None and entry.matches(status):
                known[path] = entry.id
            elif stat.S_ISLNK(status.st_mode):
                target = os.readlink(self._root / path)  # noqa: PTH115 - a Path changes what a link says
                known[path] = self._object("blob", os.fsencode(target))
            elif stat.S_ISREG(status.st_mode):
                changed.append(path)
        return known | self._hashed(changed)

    def _hashed(self, paths: Sequence[str]) -> dict[str, str]:
        if not paths:
            return {}
        filters = filters_of(self._root, paths)
        large = {path for path in paths if filters.get(path) == lfs.NAME}
        pointers = {path: known for path in large if (known := self._pointer(path)) is not None}
        rest = [path for path in paths if path not in pointers]
        parts = (rest[at : at + _AT_ONCE] for at in range(0, len(rest), _AT_ONCE))
        return pointers | {path: id_ for part in parts for path, id_ in self._asked(part).items()}

    def _asked(self, paths: Sequence[str]) -> dict[str, str]:
        """Return what git says of ``paths``; where it refuses all for one of them, of each alone."""
        said = self._git.attempt("hash-object", "--", *paths)
        if not said.status:
            return dict(zip(paths, said.stdout.decode().split(), strict=True))
        if len(paths) > 1:
            return {path: id_ for each in paths for path, id_ in self._asked([each]).items()}
        plain = self._git.attempt("hash-object", "--no-filters", "--", *paths)
        return {} if plain.status else {paths[0]: plain.stdout.decode().strip()}

    def _pointer(self, path: str) -> str | None:
        """Return the id of the pointer that LFS would make of a file; None: it leaves this one as it is."""
        full = self._root / path
        try:
            with full.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if not size or (size < lfs.LIMIT and lfs.parse(full.read_bytes()) is not None):
                    return None
                oid = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
        return self._object("blob", lfs.Pointer(oid, size).text())

    def _tree(self, folder: str, files: Mapping[str, str]) -> str:
        """Return the id of the tree of ``folder``, which holds ``files`` (gitformat-pack(5), git-mktree(1))."""
        return self._tree_of(
            {posixpath.relpath(p, folder or "."): (p, i) for p, i in files.items()}
        )

    def _tree_of(self, files: Mapping[str, tuple[str, str]]) -> str:
        rows: dict[bytes, bytes] = {}
        for name, (path, id_) in files.items():
            if "/" not in name:
                rows[os.fsencode(name)] = _row(self._mode(path), name, id_)
        for name, below in _by_folder(files).items():
            rows[os.fsencode(f"{name}/")] = _row(_TREE, name, self._tree_of(below))
        return self._object("tree", b"".join(row for _, row in sorted(rows.items())))

    def _mode(self, path: str) -> str:
        if path in self._submodules:
            return _SUBMODULE
        mode = (self._root / path).lstat().st_mode
        if stat.S_ISLNK(mode):
            return _LINK
        return "100755" if mode & stat.S_IXUSR else "100644"

    def _object(self, kind: str, data: bytes) -> str:
        head = f"{kind} {len(data)}\0".encode()
        if self._digits == _SHA256_DIGITS:
            return hashlib.sha256(head + data).hexdigest()
        return hashlib.sha1(head + data, usedforsecurity=False).hexdigest()

    @cached_property
    def _digits(self) -> int:
        """How long the ids of this repository are."""
        return len(self._git.run("hash-object", "--stdin").strip())


def _by_folder(
    files: Mapping[str, tuple[str, str]],
) -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Return the files that are in folders, by the first folder of their names."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name, what in files.items():
        first, slash, rest = name.partition("/")
        if slash:
            found.setdefault(first, {})[rest] = what
    return found


def _row(mode: str, name: str, id_: str) -> bytes:
    return mode.encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(id_)
