"""Where git keeps the note of a commit in a notes tree (git's notes.c, `determine_fanout`).

A notes tree names each note by the id it is about. Where there are many, git parts the id with
slashes (``ab/cdef…``): a folder fans out as soon as every one of the 16 first hex digits has two
notes or more in it. We write exactly the trees that git would, so that git and other tools can go on
with ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from gitwf.repo.objects import Entry

_STEP = 2  # hex digits of a folder's name
_HEX = "0123456789abcdef"
_TREE = "40000"


class Trees(Protocol):
    """Whoever can read trees: `gitwf.repo.objects.Objects.tree`."""

    def __call__(self, tree: str, /) -> dict[str, Entry]:
        """Return the entries of a tree by name."""
        ...


class Placed(msgspec.Struct, frozen=True):
    """Where notes are (to be) written, and which present ones move: path of old → path of new."""

    paths: dict[str, str]
    moves: dict[str, str]


def find(trees: Trees, root: str | None, id_: str) -> Entry | None:
    """Return the blob of the note about ``id_`` in the notes tree ``root``, or None."""
    rest, tree = id_, root
    while tree is not None:
        entries = trees(tree)
        if rest in entries:
            return entries[rest]
        below = entries.get(rest[:_STEP])
        tree, rest = (below.id if below and below.mode == _TREE else None), rest[_STEP:]
    return None


def place(trees: Trees, root: str | None, ids: Iterable[str]) -> Placed:
    """Return at which path of the notes tree ``root`` the note about each of ``ids`` belongs."""
    placed = Placed({}, {})
    _place(trees, root, "", list(ids), placed)
    return placed


def _place(trees: Trees, tree: str | None, folder: str, rests: list[str], placed: Placed) -> None:
    """Place the notes whose ids go on with ``rests`` below ``folder``."""
    entries = trees(tree) if tree else {}
    fans_out = _fans_out(entries, rests)
    moving = [name for name in entries if fans_out and len(name) == len(rests[0])]
    begun = folder.replace("/", "")
    groups: dict[str, list[str]] = {}
    for rest in dict.fromkeys([*rests, *moving]):
        if fans_out or rest[:_STEP] in entries:
            groups.setdefault(rest[:_STEP], []).append(rest[_STEP:])
        else:
            placed.paths[begun + rest] = folder + rest
    for step, below in groups.items():
        child = entries[step].id if step in entries else None
        _place(trees, child, f"{folder}{step}/", below, placed)
    for name in moving:
        placed.moves[folder + name] = placed.paths[begun + name]


def _fans_out(entries: Mapping[str, Entry], rests: list[str]) -> bool:
    """Return whether a folder with ``entries``, and notes about ``rests`` added, has folders below."""
    width = len(rests[0])
    if width <= _STEP:
        return False
    notes = Counter(name[0] for name in {*entries, *rests} if len(name) == width)
    folders = {name[0] for name in entries if len(name) == _STEP}
    return all(notes[digit] > 1 or digit in folders for digit in _HEX)
