"""Our notes trees are those that `git notes` would have written, to the byte."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from gitwf.records.notes import REF, Notes

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock

COUNT = 400
"""So many that the tree begins to fan out on the way (at about a hundred)."""


@pytest.fixture
def ids(folder: Folder) -> list[str]:
    """The ids of blobs: notes may be about any object."""
    names = [f"blobs/{number:03}" for number in range(COUNT)]
    folder.write({name: name for name in names})
    return folder.git("hash-object", "-w", *names).splitlines()


def _annotate_by_git(folder: Folder, ref: str, ids: list[str]) -> None:
    """Let git write the note `x` on each of ``ids``, in one go."""
    folder.git("notes", f"--ref={ref}", "add", "--force", "--message", "x", ids[0])
    pairs = "".join(f"{ids[0]} {id_}\n" for id_ in ids[1:])
    command = ["git", "notes", f"--ref={ref}", "copy", "--stdin", "--force"]
    subprocess.run(command, cwd=folder.path, input=pairs, text=True, check=True)


@pytest.mark.parametrize("step", [COUNT, 60, 7])
def test_trees_are_equal_at_every_size(
    folder: Folder, clock: TestClock, ids: list[str], step: int
) -> None:
    notes = Notes(folder.open(), clock)
    for start in range(0, COUNT, step):
        notes.append({id_: [b"x"] for id_ in ids[start : start + step]})
        if start % 10 == 0:
            _annotate_by_git(folder, "by-git", ids[: start + step])
            ours, gits = folder.git("rev-parse", f"{REF}^{{tree}}", "notes/by-git^{tree}").split()
            assert ours == gits
    assert len(folder.git("ls-tree", REF).splitlines()) < COUNT


def test_git_and_we_go_on_with_each_others_trees(
    folder: Folder, clock: TestClock, ids: list[str]
) -> None:
    notes = Notes(folder.open(), clock)
    notes.append({id_: [b"x"] for id_ in ids[:50]})
    _annotate_by_git(folder, "wf", ids[:200])
    notes.append({id_: [b"x"] for id_ in ids[200:]})
    _annotate_by_git(folder, "by-git", ids)
    ours, gits = folder.git("rev-parse", f"{REF}^{{tree}}", "notes/by-git^{tree}").split()
    assert ours == gits
    assert len(folder.git("notes", "--ref=wf", "list").splitlines()) == COUNT


def test_merge_of_two_clones_keeps_the_lines_of_both(folder: Folder, clock: TestClock) -> None:
    commit = folder.commit({})
    notes = Notes(folder.open(), clock)
    notes.append({commit: [b"1 both"]})
    folder.git("update-ref", "refs/notes/other", REF)
    notes.append({commit: [b"3 ours"]})
    folder.git("notes", "--ref=other", "append", "--message", "2 theirs", commit)
    folder.git("notes", "--ref=wf", "merge", "--strategy=cat_sort_uniq", "refs/notes/other")
    assert notes.read(commit) == [b"", b"1 both", b"2 theirs", b"3 ours"][1:]
