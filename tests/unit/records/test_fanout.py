"""Where notes stand in trees of every shape, deep ones too."""

from __future__ import annotations

from itertools import product

import pytest

from gitwf.records.fanout import find, place
from gitwf.repo.objects import Entry

HEX = "0123456789abcdef"
NOTE = Entry("100644", "blob")


class Forest:
    """Trees in memory, named by themselves."""

    def __init__(self) -> None:
        self.trees: dict[str, dict[str, Entry]] = {}

    def grow(self, name: str, paths: list[str]) -> str:
        """Make a tree of ``paths`` and return its name."""
        entries: dict[str, Entry] = {}
        folders: dict[str, list[str]] = {}
        for path in paths:
            first, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(first, []).append(rest)
            else:
                entries[first] = NOTE
        for first, rests in folders.items():
            entries[first] = Entry("40000", self.grow(f"{name}/{first}", rests))
        self.trees[name] = entries
        return name

    def __call__(self, tree: str, /) -> dict[str, Entry]:
        return self.trees[tree]


def _id(start: str) -> str:
    return start.ljust(40, "0")


PAIRS = [_id(a + b) for a, b in product(HEX, "01")]
"""Two notes below each first digit: enough to fan out."""


@pytest.mark.parametrize(
    ("present", "id_", "expected"),
    [
        ([], _id("ab"), _id("ab")),
        (PAIRS[:-2], _id("f0"), _id("f0")),
        (PAIRS[:-1], _id("f1"), "f1/" + _id("f1")[2:]),
        (["ab/" + "0" * 38], _id("ab1"), "ab/" + _id("ab1")[2:]),
        (["ab/" + "0" * 38], _id("cd"), _id("cd")),
    ],
    ids=["empty", "one-too-few", "enough", "folder-is-there", "another-folder-is-there"],
)
def test_place(present: list[str], id_: str, expected: str) -> None:
    forest = Forest()
    placed = place(forest, forest.grow("root", present), [id_])
    assert placed.paths[id_] == expected


def test_what_is_there_moves_when_a_tree_fans_out() -> None:
    forest = Forest()
    placed = place(forest, forest.grow("root", PAIRS[:-1]), [PAIRS[-1]])
    assert placed.moves == {id_: f"{id_[:2]}/{id_[2:]}" for id_ in PAIRS[:-1]}


def test_folders_fan_out_each_for_itself() -> None:
    forest = Forest()
    below = [f"00{a}{b}" for a, b in product(HEX, "01")]
    present = [f"{id_[:2]}/{id_[2:]}" for id_ in PAIRS if id_[:2] != "00"]
    present += [f"00/{_id(start)[2:]}" for start in below[:-1]]
    root = forest.grow("root", present)
    placed = place(forest, root, [_id(below[-1]), _id("111")])
    assert placed.paths[_id(below[-1])] == "00/f1/" + "0" * 36
    assert placed.paths[_id("111")] == "11/" + _id("111")[2:]
    assert placed.moves["00/" + _id("0000")[2:]] == "00/00/" + "0" * 36
    assert all(path.startswith("00/") for path in placed.moves)


@pytest.mark.parametrize("path", [_id("ab"), "ab/" + "0" * 38, "ab/00/" + "0" * 36])
def test_find_at_any_depth(path: str) -> None:
    forest = Forest()
    root = forest.grow("root", [path, _id("cd")])
    assert find(forest, root, _id("ab")) == NOTE
    assert find(forest, root, _id("ac")) is None
    assert find(forest, None, _id("ab")) is None
