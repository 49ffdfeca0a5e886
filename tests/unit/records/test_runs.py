"""Run refs: written by compare-and-swap, listed fast, found by a part of their id."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.conftest import TestClock

from gitwf.records.event import Event, StepFinished, encode
from gitwf.records.fold import fold
from gitwf.records.runs import Runs, Snapshot, UnknownRunError, ref_of
from gitwf.records.store import Records
from gitwf.repo.commits import File
from gitwf.repo.errors import ConflictError, RepositoryError

if TYPE_CHECKING:
    from tests.conftest import Folder
    from tests.unit.records.conftest import Begin, History

    from gitwf.repo.repository import Repository


@pytest.fixture
def runs(repository: Repository, clock: TestClock) -> Runs:
    return Runs(repository, clock)


def _snapshot(history: History, **results: bytes) -> Snapshot:
    files = {"dvc.lock": File(b"schema: '2.0'\n"), "data/digits.csv": None}
    return Snapshot(history.run, history.commit, history.events, b'{"plan":1}', files, results)


def test_a_run_in_git(folder: Folder, runs: Runs, begin: Begin) -> None:
    history = begin()
    history.add(StepFinished("0", "train"))
    history.finish()
    tip = runs.write(_snapshot(history, k9=b"[1]"), None)
    ref = f"refs/wf/runs/2026-11/{history.run}"
    assert folder.git("rev-parse", ref) == tip
    assert folder.git("show", "-s", "--format=%P%n%s%n%(trailers)", ref).splitlines() == [
        history.commit,
        f"succeeded: workflows/train.wf at {history.commit[:10]}",
        f"Run: {history.run}",
    ]
    assert folder.git("ls-tree", "-r", "--name-only", ref).splitlines() == [
        ".wf/events.jsonl",
        ".wf/plan.json",
        ".wf/results/k9.json",
        ".wf/run.json",
        "dvc.lock",
        "train.py",
    ]
    lines = folder.git("show", f"{ref}:.wf/events.jsonl").encode().splitlines()
    assert lines == [encode(event) for event in history.events]
    record = json.loads(folder.git("show", f"{ref}:.wf/run.json"))
    assert (record["run"], record["status"], len(record["steps"])) == (history.run, "succeeded", 1)


def test_what_is_read_is_what_was_written(runs: Runs, begin: Begin) -> None:
    history = begin()
    history.add(StepFinished("0", "train"))
    runs.write(_snapshot(history), None)
    assert runs.events(history.run) == history.events
    assert runs.read(history.run) == fold(history.events)
    assert runs.plan(history.run) == b'{"plan":1}'
    assert runs.file(history.run, "dvc.lock") == b"schema: '2.0'\n"
    assert runs.file(history.run, "data/digits.csv") is None


def test_a_snapshot_follows_the_one_before(runs: Runs, begin: Begin) -> None:
    history = begin()
    first = runs.write(_snapshot(history), None)
    history.finish()
    second = runs.write(_snapshot(history), first)
    assert runs.tip(history.run) == second
    assert runs.read(history.run).status == "succeeded"
    with pytest.raises(ConflictError) as caught:
        runs.write(_snapshot(history), first)
    assert caught.value.message == f"`{ref_of(history.run)}` stands at {second}, not at {first}"


def test_files_of_an_older_snapshot_do_not_stay(runs: Runs, begin: Begin) -> None:
    history = begin()
    first = runs.write(_snapshot(history, k1=b"1"), None)
    runs.write(_snapshot(history, k2=b"2"), first)
    assert runs.find_result("k1") is None
    assert runs.find_result("k2") == b"2"


def test_a_commit_that_is_not_here(runs: Runs, begin: Begin) -> None:
    history = begin()
    snapshot = Snapshot(history.run, "1" * 40, history.events, b"{}")
    with pytest.raises(RepositoryError) as caught:
        runs.write(snapshot, None)
    assert str(caught.value) == f"there is no commit `{'1' * 40}`: fetch it first"


def test_events_that_begin_no_run(runs: Runs, begin: Begin) -> None:
    history = begin()
    with pytest.raises(ValueError, match="a run begins with"):
        runs.write(Snapshot(history.run, history.commit, list[Event](), b"{}"), None)


def test_newest_first(runs: Runs, begin: Begin) -> None:
    histories = [begin(f"workflows/{n}.wf") for n in range(3)]
    for history in reversed(histories):
        history.add(StepFinished("0", "train"))
        runs.write(_snapshot(history), None)
    listed = runs.newest()
    assert [run.record.run for run in listed] == [h.run for h in reversed(histories)]
    assert [run.record.workflow for run in listed] == [f"workflows/{n}.wf" for n in (2, 1, 0)]
    assert all(run.record.steps == () for run in listed)
    assert runs.newest(limit=2) == listed[:2]


def test_the_cache_changes_nothing(repository: Repository, clock: TestClock, begin: Begin) -> None:
    runs = Runs(repository, clock)
    history = begin()
    tip = runs.write(_snapshot(history), None)
    first = runs.newest()
    history.finish()
    runs.write(_snapshot(history, k1=b"1"), tip)
    seen = [runs.newest(), Runs(repository, clock).newest()]
    shutil.rmtree(repository.state_dir / "cache")
    seen.append(Runs(repository, clock).newest())
    for path in (repository.state_dir / "cache").iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    seen.append(Runs(repository, clock).newest())
    seen.append(Runs(repository, clock).newest())
    assert [run.record.status for run in first] == ["running"]
    assert seen == [seen[0]] * 5
    assert [(run.record.status, run.results) for run in seen[0]] == [("succeeded", ("k1",))]


def test_deleted_runs_are_gone(folder: Folder, runs: Runs, begin: Begin) -> None:
    history = begin()
    runs.write(_snapshot(history), None)
    assert len(runs.newest()) == 1
    folder.git("update-ref", "-d", ref_of(history.run))
    assert runs.newest() == []


def test_a_ref_that_holds_no_run_is_passed_over(folder: Folder, runs: Runs, begin: Begin) -> None:
    folder.git("update-ref", f"refs/wf/runs/2026-11/{begin().run}", "HEAD")
    folder.git("update-ref", "refs/wf/runs/2026-11/nonsense", "HEAD")
    history = begin()
    runs.write(_snapshot(history), None)
    assert [run.record.run for run in runs.newest()] == [history.run]


@pytest.mark.parametrize("events", ["", "nonsense\n", '{"at":"x"}\n'])
def test_a_record_that_cannot_be_read(
    folder: Folder, runs: Runs, begin: Begin, events: str
) -> None:
    run = begin().run
    folder.commit({".wf/events.jsonl": events})
    folder.git("update-ref", ref_of(run), "HEAD")
    with pytest.raises(UnknownRunError) as caught:
        runs.read(run)
    assert str(caught.value) == f"the record of run `{run}` cannot be read: see `git wf fsck`"


def test_find(runs: Runs, begin: Begin) -> None:
    histories = [begin() for _ in range(2)]
    for history in histories:
        runs.write(_snapshot(history), None)
    first, second = (history.run for history in histories)
    common = next(n for n in range(26) if first[n] != second[n])
    assert runs.find(first) == first
    assert runs.find(second[: common + 1].lower()) == second
    with pytest.raises(UnknownRunError) as caught:
        runs.find(first[:common])
    assert (
        str(caught.value) == f"2 runs begin with `{first[:common]}`: write more of it: `{second}`"
    )


@pytest.mark.parametrize("text", ["", "Z", "../../heads/main", "01ARYZ6S410000000000000000"])
def test_find_nothing(runs: Runs, begin: Begin, text: str) -> None:
    runs.write(_snapshot(begin()), None)
    with pytest.raises(UnknownRunError) as caught:
        runs.find(text)
    assert str(caught.value) == f"there is no run `{text}`: `git wf log` lists them"


def test_the_newest_result_counts(runs: Runs, begin: Begin) -> None:
    assert runs.find_result("k1") is None
    for content in (b"1", b"2"):
        runs.write(_snapshot(begin(), k1=content), None)
    assert runs.find_result("k1") == b"2"


def test_a_new_run_sorts_behind_those_of_a_clock_that_was_ahead(
    repository: Repository, runs: Runs, begin: Begin
) -> None:
    history = begin()
    runs.write(_snapshot(history), None)
    records = Records(repository, TestClock())  # it begins again where that of the run began
    made = [records.new_run(), records.new_run()]
    assert [history.run, *made] == sorted([history.run, *made])
    records.ongoing.begin(made[1], b"{}")
    assert Records(repository, TestClock()).new_run() > made[1]
