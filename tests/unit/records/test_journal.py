"""The journal of a run: on disk, whole lines only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.records import journal
from gitwf.records.event import Event, PodReady, RunStarted, StepStarted, encode
from gitwf.records.journal import DamagedJournalError, Journal
from gitwf.repo.errors import StorageFullError

if TYPE_CHECKING:
    from tests.conftest import FullDisk


def _step(number: int) -> Event:
    return Event(
        "2026-11-22T10:00:00.000000Z", f"E{number:05}", 0, "R", StepStarted(str(number), "x")
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return journal.path_of(tmp_path / "wf", "R")


def test_a_line(path: Path) -> None:
    with Journal(path) as written:
        written.append(_step(1))
    assert path.read_bytes() == b"6ef0cffc " + encode(_step(1)) + b"\n"
    assert path.parts[-3:] == ("runs", "R", "events.jsonl")


def test_what_was_appended_is_read(path: Path) -> None:
    events = [_step(n) for n in range(5)]
    with Journal(path) as written:
        written.append(events[0])
        written.append(*events[1:3])
        assert written.read() == events[:3]
    with Journal(path) as again:
        again.append(*events[3:])
    assert journal.read(path) == events


def test_a_journal_that_is_not_there(path: Path) -> None:
    assert journal.read(path) == []


@pytest.mark.parametrize(
    "kept", [1, 8, 9, 30, -1], ids=["sum", "sum-only", "space", "half", "no-end"]
)
def test_a_torn_last_line_is_dropped(path: Path, kept: int) -> None:
    with Journal(path) as written:
        written.append(_step(1))
        whole = path.stat().st_size
        written.append(_step(2))
    content = path.read_bytes()
    path.write_bytes(content[: whole + kept] if kept > 0 else content[:-1])
    assert journal.read(path) == journal.read_sound(path) == [_step(1)]
    with Journal(path) as again:
        again.append(_step(3))
    assert journal.read(path) == [_step(1), _step(3)]


@pytest.mark.parametrize("number", [1, 2, 3], ids=["first", "middle", "last"])
@pytest.mark.parametrize(
    "spoil",
    [lambda line: line.replace(b"E0000", b"E1000"), lambda line: line[:30], lambda _: b""],
    ids=["flipped", "short", "empty"],
)
def test_a_spoilt_journal_is_not_believed(
    path: Path, number: int, spoil: Callable[[bytes], bytes]
) -> None:
    events = [_step(1), _step(2), _step(3)]
    with Journal(path) as written:
        written.append(*events)
    lines = path.read_bytes().splitlines()
    lines[number - 1] = spoil(lines[number - 1])
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(DamagedJournalError) as caught:
        journal.read(path)
    assert (caught.value.run, caught.value.line) == ("R", number)
    assert str(caught.value) == (
        f"line {number} of the journal of run `R` is damaged: `{path}`: "
        "`git wf cancel R` ends the run as lost; look at the disk"
    )
    assert journal.read_sound(path) == [e for e in events if e is not events[number - 1]]


def test_a_full_disk_leaves_whole_lines(path: Path, full_disk: FullDisk) -> None:
    few, many = [_step(n) for n in range(10)], [_step(n) for n in range(10, 1000)]
    with Journal(path) as written:
        written.append(*few)
        with full_disk(), pytest.raises(StorageFullError) as caught:
            written.append(*many)
        assert written.read() == few
        written.append(many[0])
    assert journal.read(path) == [*few, many[0]]
    assert str(caught.value) == (
        f"no room left to write into `{path.parent}`: "
        "free some space there; nothing is half written"
    )


def test_threads_share_it(path: Path) -> None:
    with Journal(path) as written, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: written.append(_step(n)), range(500)))
        written.sync()
    assert sorted(e.id for e in journal.read(path)) == [f"E{n:05}" for n in range(500)]


def test_what_was_appended_outlives_a_kill(path: Path) -> None:
    code = (
        "import os, pathlib, signal, sys;"
        "from gitwf.records.journal import Journal;"
        "from gitwf.records.event import Event, PodReady;"
        "written = Journal(pathlib.Path(sys.argv[1]));"
        "written.append(Event('t', 'E1', 0, 'R', PodReady('p')));"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -9
    assert journal.read(path) == [Event("t", "E1", 0, "R", PodReady("p"))]


@pytest.mark.parametrize("is_urgent", [True, False])
def test_urgent_events_are_synced_before_append_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, is_urgent: bool
) -> None:
    synced: list[int] = []
    with Journal(path) as written:
        monkeypatch.setattr("os.fsync", synced.append)
        body = RunStarted("w.wf", "c", "t", None, "k", "commit") if is_urgent else PodReady("p")
        written.append(Event("t", "E1", 0, "R", body))
        assert len(synced) == is_urgent


PAUSING = (
    "import pathlib, sys;"
    "from gitwf.records.journal import Journal;"
    "from gitwf.records.event import Event, PodReady;"
    "written = Journal(pathlib.Path(sys.argv[1]));"
    "[written.append(Event('t', f'E{n}', 0, 'R', PodReady('p'))) for n in range(3)]"
)


@pytest.mark.parametrize(("at", "seen"), [("2:before", 1), ("2:after", 2), ("2", 2)])
def test_a_process_pauses_at_a_write(path: Path, at: str, seen: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PAUSING, str(path)], env={**os.environ, "GIT_WF_PAUSE_AT": at}
    )
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert len(journal.read(path)) == seen
    process.send_signal(signal.SIGCONT)
    assert process.wait() == 0
    assert len(journal.read(path)) == 3
