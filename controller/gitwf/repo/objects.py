"""Reading git objects: files, trees, and whatever has a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from gitwf.repo.cat_file import CatFile, Object
from gitwf.repo.errors import GitError
from gitwf.repo.git import Git

_TREE = "40000"
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SUBMODULE = "160000"
_NO_FILES = frozenset({_TREE, _SUBMODULE})
_TOLD = 3
"""Words that `git cat-file --batch-check` has for an object that is there: id, type and size."""

_NOT_IN_TREES = frozenset({"", ".", ".."})
"""No tree has these names; git would take them from the folder that it stands in."""


class Entry(msgspec.Struct, frozen=True):
    """What a tree says of one name.

    ``mode`` is as git writes it: ``100644`` and ``100755`` (files), ``120000`` (a symbolic link),
    ``160000`` (a submodule's commit), ``40000`` (a tree).
    """

    mode: str
    id: str


class Objects:
    """The objects of a repository. Threads may share it; so may not processes.

    Objects are immutable, so trees that were read once are remembered.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process = CatFile(git)
        self.tree = lru_cache(maxsize=4096)(self._read_tree)
        self._roots: dict[str, str] = {}
        self._asked: set[str] = set()

    def read(self, spec: str) -> Object | None:
        """Return the object that ``spec`` names (an id, or any name that git knows), or None.

        Raises `GitError` where it is the beginning of more than one id.
        """
        return self._process.ask(spec)

    def blob(self, commit: str, path: str) -> bytes | None:
        """Return the content of the file ``path`` of ``commit``, or None where it has no such file."""
        if commit not in self._roots and commit not in self._asked:
            self._asked.add(commit)  # often it is asked for one file alone: one question tells
            found = self._at(commit, path)
            return found.data if found and found.kind == "blob" else None
        entry = self.entry(commit, path)
        found = self.read(entry.id) if entry and entry.mode not in _NO_FILES else None
        return found.data if found else None

    def entry(self, commit: str, path: str) -> Entry | None:
        """Return what stands at ``path`` in ``commit`` (or in a tree), or None."""
        tree = self.root(commit)
        *folders, name = path.split("/")
        for folder in folders:
            below = self.tree(tree).get(folder) if tree else None
            tree = below.id if below and below.mode == _TREE else None
        return self.tree(tree).get(name) if tree else None

    def submodule(self, commit: str, path: str) -> str | None:
        """Return the path of the submodule of ``commit`` that ``path`` is, or lies in, or None."""
        tree, parts = self.root(commit), path.split("/")
        for count, name in enumerate(parts, 1):
            entry = self.tree(tree).get(name) if tree else None
            if entry is not None and entry.mode == _SUBMODULE:
                return "/".join(parts[:count])
            tree = entry.id if entry and entry.mode == _TREE else None
        return None

    def root(self, commit: str) -> str | None:
        """Return the tree of a commit, or of a tree; what an id names is remembered."""
        if (known := self._roots.get(commit)) is not None:
            return known
        found = self.read(f"{commit}^{{tree}}")
        if found is not None and _ID.fullmatch(commit):
            self._roots[commit] = found.id
        return found.id if found else None

    def list(self, commit: str, prefix: str = "") -> dict[str, Entry]:
        """Return all files below the folder ``prefix`` of ``commit`` (or of a tree), by whole path.

        Links and submodules count as files. A ``prefix`` that is a file gives that file.
        """
        path = prefix.strip("/")
        found = self._at(commit, path)
        if found is not None and found.kind == "tree":
            return dict(self._walk(path, Entry(_TREE, found.id)))
        entry = self.entry(commit, path)
        return {path: entry} if entry else {}

    def small(self, ids: Iterable[str], limit: int) -> dict[str, bytes]:
        """Return the content of those blobs that have fewer than ``limit`` bytes, by id: many at once."""
        asked = "".join(f"{id_}\n" for id_ in dict.fromkeys(ids)).encode()
        listed = self._git.run("cat-file", "--batch-check", stdin=asked).splitlines()
        sizes = [
            (words[0], int(words[2])) for line in listed if len(words := line.split()) == _TOLD
        ]
        chosen = [(id_, size) for id_, size in sizes if size < limit]
        data = self._git.run(
            "cat-file", "--batch", stdin=b"".join(id_ + b"\n" for id_, _ in chosen)
        )
        found, at = {}, 0
        for id_, size in chosen:
            start = data.index(b"\n", at) + 1
            at = start + size + 1
            found[id_.decode()] = data[start : at - 1]
        return found

    def write_blob(self, data: bytes) -> str:
        """Write ``data`` as a blob and return its id."""
        return self._git.run("hash-object", "-w", "--stdin", stdin=data).decode().strip()

    def write_file(self, path: Path) -> str:
        """Write the bytes of the file at ``path`` as a blob, however large; return its id."""
        arguments = ("hash-object", "-w", "--no-filters", "--", str(path.absolute()))
        return self._git.run(*arguments).decode().strip()

    def close(self) -> None:
        """End the process that answers. The next question starts another."""
        self._process.close()

    def _at(self, commit: str, path: str) -> Object | None:
        """Return the object at ``path`` in ``commit``; the empty path is its tree."""
        if not path:
            return self.read(f"{commit}^{{tree}}")
        if "\n" in path:  # which a question to git cannot hold
            entry = self.entry(commit, path)
            return self.read(entry.id) if entry else None
        if not _NOT_IN_TREES.isdisjoint(path.split("/")):
            return None
        return self.read(f"{commit}:{path}")

    def _walk(self, path: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
        open_ = [(path, entry)]
        while open_:
            path, entry = open_.pop()
            if entry.mode != _TREE:
                yield path, entry
                continue
            below = self.tree(entry.id).items()
            open_ += [(f"{path}/{name}" if path else name, child) for name, child in below][::-1]

    def _read_tree(self, tree: str) -> dict[str, Entry]:
        """Return the entries of a tree by name, in a dictionary that callers share and leave alone."""
        found = self.read(f"{tree}^{{tree}}")
        if found is None:
            raise GitError(f"there is no tree `{tree}`", "look with `git fsck`")
        return dict(parse_tree(found.data, len(found.id) // 2))


def parse_tree(data: bytes, width: int) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of a tree object, whose ids are ``width`` bytes long."""
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        name = data[space + 1 : end].decode(errors="surrogateescape")
        id_ = data[end + 1 : end + 1 + width].hex()
        yield name, Entry(data[at:space].decode(), id_)
        at = end + 1 + width
