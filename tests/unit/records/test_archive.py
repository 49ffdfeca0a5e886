"""Archives: runs that moved out of refs of their own are read as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.records.archive import ref_of as archive_of
from gitwf.records.runs import Runs, Snapshot, ref_of

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock
    from tests.unit.records.conftest import Begin

    from gitwf.repo.repository import Repository


@pytest.fixture
def runs(repository: Repository, clock: TestClock) -> Runs:
    return Runs(repository, clock)


def ended(runs: Runs, begin: Begin, count: int) -> list[str]:
    """Write so many runs that have ended, and return their ids, oldest first."""
    found = []
    for number in range(count):
        history = begin()
        history.finish()
        plan, results = b"{}", {f"key-{number}": b'"answer"'}
        runs.write(Snapshot(history.run, history.commit, history.events, plan, {}, results), None)
        found.append(history.run)
    return found


def test_packed_runs_are_read_as_before(
    folder: Folder, repository: Repository, clock: TestClock, runs: Runs, begin: Begin
) -> None:
    ids = ended(runs, begin, 5)
    before = runs.tips(), runs.newest(), [runs.read(run) for run in ids]
    assert runs.pack(ids[:3]) == ids[:3]
    assert runs.pack(ids[:3]) == []
    for each in (runs, Runs(repository, clock)):
        assert (each.tips(), each.newest(), [each.read(run) for run in ids]) == before
        assert each.find(ids[0][:25]) in ids
        assert each.find_result("key-1") == b'"answer"'
    assert sorted(runs.open_tips()) == ids[3:]
    refs = folder.git("for-each-ref", "--format=%(refname)", "refs/wf").splitlines()
    assert refs == [archive_of(ids[0]), *map(ref_of, ids[3:])]
    shown = folder.git("show", f"{archive_of(ids[0])}:{ids[1]}/.wf/run.json")
    assert f'"run":"{ids[1]}"' in shown


def test_what_is_packed_lives_on_with_the_commit_that_asked_for_it(
    folder: Folder, runs: Runs, begin: Begin
) -> None:
    folder.commit({"x": "1"})
    [run] = ended(runs, begin, 1)
    commit = runs.read(run).commit
    folder.git("reset", "--quiet", "--hard", "HEAD~1")
    runs.pack([run])
    folder.git("reflog", "expire", "--expire=now", "--all")
    folder.git("gc", "--quiet", "--prune=now")
    assert folder.git("cat-file", "-t", commit) == "commit"
    assert runs.read(run).status == "succeeded"
    folder.git("fsck", "--strict", "--no-dangling")


def test_archives_grow_by_parts_that_git_can_show(
    folder: Folder, runs: Runs, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitwf.records.archive._PARENTS", 3)
    ids = ended(runs, begin, 7)
    runs.pack(ids[:4])
    runs.pack(ids[4:])
    archive = archive_of(ids[0])
    parents = folder.git("log", "--first-parent", "--format=%P", archive).splitlines()
    assert [len(line.split()) for line in parents[:3]] == [4, 2, 3]
    names = folder.git("ls-tree", "--name-only", archive).splitlines()
    assert names == [".wf", *ids]
    assert list(runs.tips()) == ids


def test_a_run_that_moved_on_after_it_was_packed_counts(
    repository: Repository, runs: Runs, begin: Begin
) -> None:
    history = begin()
    plan = b"{}"
    old = runs.write(Snapshot(history.run, history.commit, history.events, plan), None)
    runs.pack([history.run])
    history.finish()
    new = runs.write(Snapshot(history.run, history.commit, history.events, plan), None)
    assert runs.tip(history.run) == new != old
    runs.pack([history.run])
    assert runs.open_tips() == {}
    assert runs.read(history.run).is_over
    assert repository.refs.list("refs/wf/runs/") == {}
