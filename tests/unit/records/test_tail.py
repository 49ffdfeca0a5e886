"""A journal that is read while it grows."""

from __future__ import annotations

from pathlib import Path

from gitwf.records.event import Event, StepStarted
from gitwf.records.journal import Journal, path_of
from gitwf.records.tail import JournalTail


def _step(number: int) -> Event:
    return Event(
        "2026-11-22T10:00:00.000000Z", f"E{number:05}", 0, "R", StepStarted(str(number), "x")
    )


def test_each_reading_gives_what_is_new(tmp_path: Path) -> None:
    path = path_of(tmp_path, "R")
    tail = JournalTail(path)
    assert tail.read() == []
    with Journal(path) as journal:
        journal.append(_step(1), _step(2))
        assert tail.read() == [_step(1), _step(2)]
        assert tail.read() == []
        journal.append(_step(3))
    assert tail.read() == [_step(3)]


def test_a_line_counts_once_it_is_whole(tmp_path: Path) -> None:
    path = path_of(tmp_path, "R")
    with Journal(path) as journal:
        journal.append(_step(1))
    line = path.read_bytes()
    path.write_bytes(b"")
    tail = JournalTail(path)
    for end in range(0, len(line), 7):
        path.write_bytes(line[:end])
        assert tail.read() == []
    path.write_bytes(line)
    assert tail.read() == [_step(1)]


def test_a_damaged_line_is_passed_over(tmp_path: Path) -> None:
    path = path_of(tmp_path, "R")
    with Journal(path) as journal:
        journal.append(_step(1), _step(2))
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first.replace(b"E00001", b"E00009") + second)
    assert JournalTail(path).read() == [_step(2)]
