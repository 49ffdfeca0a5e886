"""What was decided at the commits before a head: real notes in a real repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.app.extras import Extras
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.decide import PASSED_OVER
from gitwf.reconcile.history import History
from gitwf.records.event import Body, Event, RunNone, RunRefused, RunStarted, encode
from gitwf.records.ids import Ids

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock

AT = "2026-11-22T10:46:54.123456Z"


class Branch:
    """Four commits, c0 to c3, the last one the head."""

    def __init__(self, folder: Folder, clock: TestClock) -> None:
        self.commits = [folder.commit({"n": str(n)}) for n in range(4)]
        repository = folder.open()
        self.clone = Clone(repository, {}, Extras(repository, {}))
        self._ids = Ids(clock)

    def record(self, number: int, body: Body) -> None:
        event = Event(AT, self._ids.new(), 0, self._ids.new(), body)
        self.clone.records.notes.append({self.commits[number]: [encode(event)]})

    def started(self, number: int, workflow: str, branch: str = "main", by: str = "commit") -> None:
        commit = self.commits[number]
        self.record(number, RunStarted(workflow, commit, "t", branch, "k", by))

    def none(self, number: int, reason: str = "no workflow asks", branch: str = "main") -> None:
        self.record(number, RunNone(self.commits[number], "t", branch, reason))

    def history(self) -> History:
        return History(self.clone, "main", self.commits[3])

    def decided(self, workflow: str) -> int | None:
        found = self.history().decided(workflow)
        return self.commits.index(found) if found else None

    def undecided(self, workflow: str) -> list[int]:
        return [self.commits.index(commit) for commit in self.history().undecided(workflow)]

    def passed(self) -> list[int]:
        return [self.commits.index(commit) for commit in self.history().passed()]


@pytest.fixture
def branch(folder: Folder, clock: TestClock) -> Branch:
    return Branch(folder, clock)


def test_nothing_is_on_record(branch: Branch) -> None:
    assert (branch.decided("w"), branch.passed()) == (None, [])


def test_a_workflow_was_decided_where_it_ran(branch: Branch) -> None:
    branch.started(0, "w")
    branch.started(1, "other")
    assert (branch.decided("w"), branch.decided("other"), branch.passed()) == (0, 1, [2])


def test_a_refusal_decides(branch: Branch) -> None:
    branch.record(1, RunRefused("w", branch.commits[1], "main", "WF105"))
    assert (branch.decided("w"), branch.passed()) == (1, [2])


def test_a_commit_that_asked_for_nothing_decides_for_all(branch: Branch) -> None:
    branch.none(0)
    branch.started(1, "other")
    assert (branch.decided("w"), branch.passed()) == (0, [2])


def test_what_changed_in_a_commit_that_was_passed_over_is_still_to_be_looked_at(
    branch: Branch,
) -> None:
    branch.started(0, "w")
    branch.none(1, f"{PASSED_OVER} c2")
    branch.none(2, f"{PASSED_OVER} c3")
    assert (branch.decided("w"), branch.passed()) == (0, [])


def test_what_another_workflow_did_decides_nothing_for_one(branch: Branch) -> None:
    branch.started(0, "w")
    branch.started(1, "other")
    assert (branch.undecided("w"), branch.undecided("other")) == ([1, 2], [2])


def test_a_commit_that_was_passed_over_is_not_come_back_to(branch: Branch) -> None:
    branch.started(0, "w")
    branch.none(1, f"{PASSED_OVER} c2")
    assert branch.undecided("w") == [2]


def test_a_workflow_without_any_record_is_looked_for_as_far_as_there_are_records(
    branch: Branch,
) -> None:
    branch.started(1, "other")
    assert branch.undecided("w") == [2]


def test_other_branches_and_runs_of_the_working_tree_do_not_count(branch: Branch) -> None:
    branch.started(0, "w")
    branch.none(1, branch="other")
    branch.started(2, "w", branch="other")
    branch.started(2, "w", by="here")
    assert (branch.decided("w"), branch.passed()) == (0, [1, 2])
