"""Marks of how far branches were accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitwf.records.accepted import PREFIX, Accepted, Mark, further

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock


def test_a_mark_stands_for_its_branch_whatever_that_is_called(
    folder: Folder, clock: TestClock
) -> None:
    first = folder.commit({"a": "1"})
    second = folder.commit({"a": "2"})
    marks = Accepted(folder.open(), clock)
    for branch in ("main", "main/topic", '";echo${IFS}x;#', "a.lock", "ü"):
        assert marks.shared(branch) is None
        marks.move(branch, first)
        marks.move(branch, second, "Ada")
        assert (marks.shared(branch), marks.pinned(branch)) == (second, second)
    assert marks.all()["a.lock"] == Mark("a.lock", second, "Ada")
    folder.git("fsck", "--strict")


def test_what_is_no_mark_says_nothing(folder: Folder, clock: TestClock) -> None:
    first = folder.commit({"a": "1"}, '{"branch":"main","commit":"' + "0" * 40 + '"}')
    folder.git("update-ref", f"{PREFIX}main", first)
    marks = Accepted(folder.open(), clock)
    assert (marks.shared("main"), marks.all()) == (None, {})
    marks.move("other", first)
    other = folder.git("rev-parse", f"{PREFIX}other")
    folder.git("update-ref", f"{PREFIX}main", other)
    assert marks.shared("main") is None


def test_of_two_marks_the_one_further_on_counts(folder: Folder, clock: TestClock) -> None:
    repository = folder.open()
    marks, tips = Accepted(repository, clock), []
    for number in ("1", "2"):
        marks.move("main", folder.commit({"a": number}))
        tips.append(folder.git("rev-parse", f"{PREFIX}main"))
    folder.git("reset", "--quiet", "--hard", "HEAD~")
    marks.move("main", folder.commit({"a": "3"}))
    aside = folder.git("rev-parse", f"{PREFIX}main")
    assert further(repository, tips[0], tips[1]) == tips[1]
    assert further(repository, tips[1], tips[0]) == tips[1]
    assert further(repository, tips[1], aside) == tips[1]
