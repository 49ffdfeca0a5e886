"""Where git lays out a commit otherwise than its tree says: its `.gitattributes`, and its submodules.

They are found in what differs from the tree that was looked at last, so that a commit costs what it changed.
The memory of that tree is a cache in the state folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from gitwf.repo import disk
from gitwf.repo.errors import GitError, StorageFullError
from gitwf.repo.objects import Entry, Objects

ATTRIBUTES = ".gitattributes"
_SUBMODULE = "160000"
_TREE = "40000"
_NEAR = 64
"""Folders that are read again rather than that a file is written."""


class Landmarks(msgspec.Struct, frozen=True):
    """The ids of the `.gitattributes` of a tree, and the commits of its submodules, by path."""

    tree: str = ""
    attributes: Mapping[str, str] = {}
    modules: Mapping[str, str] = {}


class Survey:
    """Finds the landmarks of trees. Threads may share it."""

    def __init__(self, objects: Objects, state_dir: Path) -> None:
        self._objects = objects
        self._path = state_dir / "cache" / "landmarks.json"
        self._last: Landmarks | None = None

    def of(self, commit: str) -> Landmarks:
        """Return the landmarks of ``commit``; none where it is not here."""
        tree = self._objects.root(commit)
        if tree is None:
            return Landmarks()
        before = self._last or self._read()
        if tree != before.tree:
            before = self._surveyed(tree, before)
        self._last = before
        return before

    def _surveyed(self, tree: str, before: Landmarks) -> Landmarks:
        walk = _Walk(self._objects, before)
        marks = dict(walk.marks(tree, before.tree or None))
        modules = {path: e.id for path, e in marks.items() if e.mode == _SUBMODULE}
        attributes = {path: e.id for path, e in marks.items() if path not in modules}
        found = Landmarks(tree, attributes, modules)
        if walk.read > _NEAR:
            self._write(found)
        return found

    def _read(self) -> Landmarks:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Landmarks)
        except (FileNotFoundError, msgspec.DecodeError):
            return Landmarks()

    def _write(self, found: Landmarks) -> None:
        try:
            disk.replace(self._path, msgspec.json.encode(found))
        except (StorageFullError, UnicodeEncodeError):
            return  # the next process looks at all of it again


class _Walk:
    """A walk through what differs from the tree of ``before``. ``read`` is how many folders that were."""

    def __init__(self, objects: Objects, before: Landmarks) -> None:
        self._objects = objects
        self._before = before
        self.read = 0

    def marks(self, tree: str, old: str | None) -> Iterator[tuple[str, Entry]]:
        """Yield the landmarks of ``tree``, where ``old`` was."""
        open_: list[tuple[str, str | None, str]] = [(tree, old, "")]
        while open_:
            tree, old, folder = open_.pop()
            if tree == old:
                yield from _below(folder, self._before)
                continue
            self.read += 1
            known = self._entries_before(old)
            for name, entry in self._objects.tree(tree).items():
                if entry.mode == _TREE:
                    there = known.get(name)
                    was = there.id if there and there.mode == _TREE else None
                    open_.append((entry.id, was, f"{folder}{name}/"))
                elif entry.mode == _SUBMODULE or name == ATTRIBUTES:
                    yield f"{folder}{name}", entry

    def _entries_before(self, tree: str | None) -> Mapping[str, Entry]:
        """Return the entries of a tree that may be gone: pruned, with the branch that had it."""
        try:
            return self._objects.tree(tree) if tree else {}
        except GitError:
            return {}


def _below(folder: str, before: Landmarks) -> Iterator[tuple[str, Entry]]:
    for path, id_ in before.attributes.items():
        if path.startswith(folder):
            yield path, Entry("100644", id_)
    for path, id_ in before.modules.items():
        if path.startswith(folder):
            yield path, Entry(_SUBMODULE, id_)
