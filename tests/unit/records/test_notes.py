"""Notes: nobody's lines are lost, and git's own notes commands agree with us."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitwf.records.notes import REF, Notes

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder, TestClock

WRITER = """
import sys
from pathlib import Path
from gitwf.records.clock import SystemClock
from gitwf.records.notes import Notes
from gitwf.repo.repository import Repository

place, name, *commits = sys.argv[1:]
notes = Notes(Repository.open(Path(place)), SystemClock())
for number in range(25):
    notes.append({commits[number % len(commits)]: [f"{name} {number}".encode()]})
    print(number, flush=True)
"""


@pytest.fixture(params=["sha1", "sha256"])
def work(request: pytest.FixtureRequest, make_folder: MakeFolder) -> Folder:
    folder = make_folder("work-of", f"--object-format={request.param}")
    folder.commit({}, "First")
    return folder


def test_git_shows_what_was_appended(work: Folder, clock: TestClock) -> None:
    commit = work.git("rev-parse", "HEAD")
    notes = Notes(work.open(), clock)
    assert notes.read(commit) == []
    notes.append({commit: [b'{"a":1}', b'{"b":2}']})
    notes.append({commit: [b'{"c":3}', b'{"b":2}']})
    assert notes.read(commit) == [b'{"a":1}', b'{"b":2}', b'{"c":3}']
    assert work.git("notes", "--ref=wf", "show", commit) == '{"a":1}\n{"b":2}\n{"c":3}'
    assert work.git("rev-list", "--count", REF) == "2"


def test_nothing_new_writes_nothing(work: Folder, clock: TestClock) -> None:
    commit = work.git("rev-parse", "HEAD")
    notes = Notes(work.open(), clock)
    notes.append({commit: [b"a", b"a"]})
    before = work.git("rev-parse", REF)
    notes.append({commit: [b"a"]})
    notes.append({})
    assert work.git("rev-parse", REF) == before


def test_several_commits_at_once(work: Folder, clock: TestClock) -> None:
    commits = [work.git("rev-parse", "HEAD"), work.commit({}, "Second")]
    notes = Notes(work.open(), clock)
    notes.append({commit: [commit.encode()] for commit in commits})
    assert dict(notes.all()) == {commit: [commit.encode()] for commit in commits}
    assert work.git("rev-list", "--count", REF) == "1"


def test_what_git_wrote_is_kept(work: Folder, clock: TestClock) -> None:
    commit = work.git("rev-parse", "HEAD")
    work.git("notes", "--ref=wf", "add", "-m", "by hand", commit)
    Notes(work.open(), clock).append({commit: [b"ours"]})
    work.git("notes", "--ref=wf", "append", "-m", "again", commit)
    assert work.git("notes", "--ref=wf", "show", commit) == "by hand\nours\n\nagain"


@pytest.mark.parametrize("shared", [True, False], ids=["one-commit", "many-commits"])
def test_eight_processes_lose_nothing(folder: Folder, clock: TestClock, *, shared: bool) -> None:
    commits = [folder.commit({}, f"Commit {n}") for n in range(1 if shared else 8)]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder.path), f"w{n}", *commits],
            stdout=subprocess.DEVNULL,
        )
        for n in range(8)
    ]
    assert [writer.wait() for writer in writers] == [0] * 8
    found = [line for _, lines in Notes(folder.open(), clock).all() for line in lines]
    assert sorted(found) == sorted(f"w{n} {i}".encode() for n in range(8) for i in range(25))
    assert folder.git("fsck", "--strict", "--no-dangling") == ""


def test_a_writer_that_is_killed_loses_nothing_it_was_told(
    folder: Folder, clock: TestClock
) -> None:
    commit = folder.commit({})
    command = [sys.executable, "-c", WRITER, str(folder.path), "w", commit]
    for told in (1, 3, 8):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(told):
                writer.stdout.readline()
            writer.kill()
        notes = Notes(folder.open(), clock)
        notes.append({commit: [f"after {told}".encode()]})
        lines = notes.read(commit)
        assert {f"w {number}".encode() for number in range(told)} <= set(lines)
        assert len(lines) == len(set(lines))
    assert folder.git("fsck", "--strict", "--no-dangling") == ""
