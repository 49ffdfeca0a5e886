"""Two versions of each kind of record become one, and nothing of either is lost."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.records.clock import spell
from gitwf.records.environments import Environments
from gitwf.records.event import Event, RunAdopted, RunFinished, RunLate, RunStarted, VariableSet
from gitwf.records.fold import fold
from gitwf.records.notes import REF, Notes
from gitwf.records.runs import Runs, Snapshot
from gitwf.records.sharing.histories import merge_history, merge_seen
from gitwf.records.sharing.notes import merge_notes
from gitwf.records.sharing.runs import merge_events, merge_run

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock
    from tests.unit.records.conftest import Begin

    from gitwf.repo.repository import Repository

AT = "2026-11-22T10:46:54.123456Z"
START = Event(AT, "01A", 1, "R", RunStarted("w", "c", "t", "main", "k", "commit"))


def end(id_: str, status: str, epoch: int = 1) -> Event:
    return Event(AT, id_, epoch, "R", RunFinished(status, "w", "c", "main", "k", 1.0))


def value(id_: str, epoch: int = 1) -> Event:
    return Event(AT, id_, epoch, "R", VariableSet("1", "x", b"1"))  # type: ignore[arg-type]


def test_the_end_that_came_to_the_remote_first_counts() -> None:
    ours, theirs = [START, end("01B", "succeeded")], [START, end("01C", "lost", 2)]
    merged = merge_events(ours, theirs)
    assert [type(event.body) for event in merged] == [RunStarted, RunLate, RunFinished]
    record = fold(merged)
    assert record is not None
    assert record.status == "lost"
    assert merge_events(ours, merged) == merged
    assert merge_events(merged, theirs) == merged


def test_an_end_that_a_clone_writes_whose_run_was_adopted_keeps_out_no_other() -> None:
    adopted = Event(AT, "01B", 2, "R", RunAdopted("m:2", "m:1"))
    merged = merge_events([START, end("01C", "cancelled")], [START, adopted])
    assert merge_events([START, adopted, end("01D", "succeeded", 2)], merged)[-1].body.type == (
        "run.finished"
    )
    record = fold(merge_events([START, adopted, end("01D", "succeeded", 2)], merged))
    assert record is not None
    assert (record.status, record.owner) == ("succeeded", "m:2")


_IDS = st.lists(st.sampled_from([f"02{n}" for n in "ABCDEF"]), unique=True)


@given(_IDS, _IDS, st.sampled_from([None, "succeeded"]), st.sampled_from([None, "lost"]))
def test_merging_is_a_union_that_settles(
    ours: list[str], theirs: list[str], mine: str | None, yours: str | None
) -> None:
    left = [START, *map(value, ours), *([end("03A", mine)] if mine else [])]
    right = [START, *map(value, theirs), *([end("03B", yours)] if yours else [])]
    merged = merge_events(left, right)
    assert {event.id for event in merged} == {event.id for event in (*left, *right)}
    assert merge_events(merged, right) == merged
    assert merge_events(left, merged) == merged
    record = fold(merged)
    assert record is not None
    assert record.status == (yours or mine or "running")


def test_a_run_that_one_side_has_more_of(
    repository: Repository, clock: TestClock, begin: Begin
) -> None:
    runs = Runs(repository, clock)
    history = begin()
    old = runs.write(Snapshot(history.run, history.commit, history.events, b"{}"), None)
    history.finish()
    new = runs.write(Snapshot(history.run, history.commit, history.events, b"{}"), old)
    assert merge_run(repository, old, new) == new
    assert merge_run(repository, new, old) == new


def test_runs_that_both_sides_have_ended(
    folder: Folder, repository: Repository, clock: TestClock, begin: Begin
) -> None:
    runs = Runs(repository, clock)
    history = begin()
    ref = f"refs/wf/runs/2026-11/{history.run}"
    events = list(history.events)
    history.finish("succeeded")
    ours = runs.write(Snapshot(history.run, history.commit, history.events, b"{}"), None)
    history.events = events
    history.finish("lost")
    theirs = runs.write(Snapshot(history.run, history.commit, history.events, b"{}"), ours)
    merged = merge_run(repository, ours, theirs)
    folder.git("update-ref", ref, merged)
    assert runs.read(history.run).status == "lost"
    assert [event.type for event in runs.events(history.run)] == [
        "run.started",
        "run.late",
        "run.finished",
    ]
    assert merge_run(repository, merged, theirs) == merge_run(repository, ours, merged) == merged
    for broken in (history.commit, "0" * 40):
        assert merge_run(repository, broken, theirs) == theirs
        assert merge_run(repository, ours, broken) == ours


def branched(
    repository: Repository, clock: TestClock, folder: Folder, many: int
) -> tuple[str, str]:
    """Write notes of two writers that know nothing of each other, and return where each stands."""
    commits = [folder.commit({"n": str(n)}) for n in range(3)]
    ids = [hashlib.sha1(b"%d" % n).hexdigest() for n in range(many)]  # noqa: S324
    notes = Notes(repository, clock)
    notes.append({commits[0]: [b"both"], **{id_: [b"old"] for id_ in ids[::3]}})
    base = folder.git("rev-parse", REF)
    notes.append({commits[0]: [b"ours"], commits[1]: [b"mine"], **{i: [b"a"] for i in ids[::2]}})
    ours = folder.git("rev-parse", REF)
    folder.git("update-ref", REF, base)
    notes.append(
        {commits[0]: [b"theirs"], commits[2]: [b"yours"], **{i: [b"b"] for i in ids[1::2]}}
    )
    return ours, folder.git("rev-parse", REF)


@pytest.mark.parametrize("many", [0, 400], ids=["few", "so many that they fan out"])
def test_notes_merge_as_git_merges_them(
    folder: Folder, repository: Repository, clock: TestClock, many: int
) -> None:
    folder.commit({"n": ""})
    ours, theirs = branched(repository, clock, folder, many)
    merged = merge_notes(repository, clock, ours, theirs)
    folder.git("update-ref", "refs/notes/theirs", theirs)
    folder.git("update-ref", REF, ours)
    folder.git("notes", "--ref=wf", "merge", "--strategy=cat_sort_uniq", "refs/notes/theirs")
    assert folder.git("rev-parse", f"{merged}^{{tree}}") == folder.git(
        "rev-parse", f"{REF}^{{tree}}"
    )
    assert folder.git("show", "-s", "--format=%P", merged) == f"{theirs} {ours}"
    folder.git("update-ref", REF, merged)
    folder.git("fsck", "--strict", "--no-dangling")
    assert merge_notes(repository, clock, ours, merged) == merged
    assert merge_notes(repository, clock, merged, theirs) == merged


def test_notes_of_other_tools_and_other_histories(
    folder: Folder, repository: Repository, clock: TestClock
) -> None:
    commit = folder.commit({"n": "1"})
    folder.git("notes", "--ref=wf", "add", "--message", "Reviewed by Ada\n\nFine", commit)
    ours = folder.git("rev-parse", REF)
    folder.git("update-ref", "-d", REF)
    Notes(repository, clock).append({commit: [b'{"at":"x"}']})
    theirs = folder.git("rev-parse", REF)
    merged = merge_notes(repository, clock, ours, theirs)
    folder.git("update-ref", REF, merged)
    assert folder.git("notes", "--ref=wf", "show", commit).splitlines() == [
        "Fine",
        "Reviewed by Ada",
        '{"at":"x"}',
    ]
    assert Notes(repository, clock).events(commit) == []


def test_a_note_of_fifty_megabytes(
    folder: Folder, repository: Repository, clock: TestClock
) -> None:
    commit = folder.commit({"n": "1"})
    large = folder.path / "large"
    large.write_bytes(b"x" * 99 + b"\n" * 1 + b"y\n" * 25_000_000)
    words = ["notes", "--ref=wf", "add", "--file", str(large), commit]
    subprocess.run(["git", *words], cwd=folder.path, check=True, capture_output=True)
    notes = Notes(repository, clock)
    notes.append({commit: [b'{"at":"x"}']})
    assert notes.read(commit)[-1] == b'{"at":"x"}'
    assert notes.events(commit) == []


def test_histories_of_an_environment(
    folder: Folder, repository: Repository, clock: TestClock, begin: Begin
) -> None:
    runs, environments = Runs(repository, clock), Environments(repository, clock)
    ref = "refs/wf/env/production"
    deployed = []
    for _ in range(3):
        history = begin()
        tip = runs.write(Snapshot(history.run, history.commit, history.events, b"{}"), None)
        deployed.append((history.run, runs.read(history.run), tip))
    environments.change("production", *deployed[0][1:])
    base = folder.git("rev-parse", ref)
    environments.change("production", *deployed[1][1:])
    ours = folder.git("rev-parse", ref)
    folder.git("update-ref", ref, base)
    environments.change("production", *deployed[2][1:])
    theirs = folder.git("rev-parse", ref)
    assert merge_history(repository, environments, clock, base, theirs) == theirs
    assert merge_history(repository, environments, clock, ours, base) == ours
    merged = merge_history(repository, environments, clock, ours, theirs)
    folder.git("update-ref", ref, merged)
    current = environments.current("production")
    assert current is not None
    assert current.run == deployed[2][0]
    assert [made.run for made in environments.history("production")] == [
        deployed[n][0] for n in (2, 1, 0)
    ]


def test_what_was_seen(folder: Folder, repository: Repository, clock: TestClock) -> None:
    from gitwf.records.seen import Seen

    folder.commit({"n": "1"})
    seen = Seen(repository, clock)
    seen.write("tags", {"a": "1", "b": "1"})
    ours = folder.git("rev-parse", "refs/wf/seen/tags")
    folder.git("update-ref", "-d", "refs/wf/seen/tags")
    seen.write("tags", {"b": "2"})
    theirs = folder.git("rev-parse", "refs/wf/seen/tags")
    folder.git("update-ref", "refs/wf/seen/tags", merge_seen(repository, clock, ours, theirs))
    assert seen.read("tags") == {"a": "1", "b": "2"}
    assert spell(clock.now())
