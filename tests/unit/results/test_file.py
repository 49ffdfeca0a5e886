from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.errors import StorageFullError
from gitwf.results.entry import Entry, encode, text
from gitwf.results.file import Broken, ResultsFile
from gitwf.results.known import Known

if TYPE_CHECKING:
    from tests.conftest import FullDisk
    from tests.unit.results.conftest import Result

WRITER = """
import sys
from pathlib import Path
from gitwf.results.entry import Entry, raw
from gitwf.results.file import ResultsFile

file = ResultsFile(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}-{number}"
    file.append(Entry({"accuracy": raw(name * 40)}, experiment_id=raw(name)))
"""


def written(path: Path) -> tuple[list[Entry], list[Broken]]:
    broken: list[Broken] = []
    return list(ResultsFile(path).entries(broken.append)), broken


def test_eight_processes_write_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, str(number), "500"])
        for number in range(8)
    ]
    assert [writer.wait() for writer in writers] == [0] * 8
    entries, broken = written(path)
    assert broken == []
    wanted = {f"{writer}-{number}" for writer in range(8) for number in range(500)}
    assert len(entries) == 4000
    assert {entry.name for entry in entries} == wanted


def test_a_file_that_is_not_there_has_no_results(tmp_path: Path) -> None:
    assert written(tmp_path / "results.jsonl") == ([], [])


def test_a_broken_line_is_named_and_passed_over(tmp_path: Path, theirs: str) -> None:
    path = tmp_path / "results.jsonl"
    lines = theirs.splitlines(keepends=True)
    path.write_text(f"{lines[0]}{lines[1][:50]}\n\n{lines[2]}not json\n")
    entries, broken = written(path)
    assert [entry.name for entry in entries] == ["phase1_time_warp_0.12", "phase2_hidden_128"]
    assert broken == [
        Broken(2, "JSON is malformed: invalid character (byte 50)"),
        Broken(5, "JSON is malformed: invalid character (byte 4)"),
    ]


def test_what_a_crash_has_torn_tears_nothing_else(tmp_path: Path, result: Result) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(encode(result({"a": 1}, experiment_id="first"))[:30])
    ResultsFile(path).append(result({"a": 2}, experiment_id="second"))
    entries, broken = written(path)
    assert [entry.name for entry in entries] == ["second"]
    assert [each.line for each in broken] == [1]


def test_a_folder_is_made(tmp_path: Path, result: Result) -> None:
    path = tmp_path / "logs" / "results.jsonl"
    ResultsFile(path).append(result({"a": 1}))
    assert len(written(path)[0]) == 1


def test_a_full_disk_is_said(tmp_path: Path, result: Result, full_disk: FullDisk) -> None:
    path = tmp_path / "results.jsonl"
    with full_disk(), pytest.raises(StorageFullError):
        ResultsFile(path).append(result({"a": "x" * 200_000}))


class TestKnown:
    """What is in the file already."""

    @staticmethod
    def look(known: Known, path: Path) -> Known:
        descriptor = os.open(path, os.O_RDONLY)
        known.look(descriptor)
        os.close(descriptor)
        return known

    def test_steps_and_experiments_are_known(self, tmp_path: Path, result: Result) -> None:
        path = tmp_path / "results.jsonl"
        entry = result({"a": 1.0, "b": {"c": 2}}, {"sigma": 0.1}, phase=1, run="R", step="1")
        ResultsFile(path).append(entry)
        known = self.look(Known(), path)
        assert known.has_step(entry)
        assert not known.has_step(result({}, run="R", step="2"))
        assert known.has_experiment(
            result({"b": {"c": 2}, "a": 1.0}, {"sigma": 0.1}, phase="1", run="other")
        )
        assert not known.has_experiment(result({"a": 1.0, "b": {"c": 2}}, {"sigma": 0.2}, phase=1))

    def test_each_look_reads_on_and_a_torn_line_waits_for_its_end(
        self, tmp_path: Path, result: Result
    ) -> None:
        path = tmp_path / "results.jsonl"
        first, second = (result({}, run="R", step=step) for step in "12")
        known = Known()
        path.write_bytes(encode(first) + encode(second)[:20])
        assert self.look(known, path).has_step(first)
        assert not known.has_step(second)
        with path.open("ab") as file:
            file.write(encode(second)[20:])
        assert self.look(known, path).has_step(second)

    def test_a_file_that_became_shorter_is_read_anew(self, tmp_path: Path, result: Result) -> None:
        path = tmp_path / "results.jsonl"
        first, second = (result({}, run="R", step=step) for step in ("1", "22"))
        known = Known()
        path.write_bytes(encode(first) + encode(second))
        self.look(known, path)
        path.write_bytes(encode(second))
        assert self.look(known, path).has_step(second)
        assert not known.has_step(first)


def test_nothing_is_added_where_it_is_not_wanted(tmp_path: Path, result: Result) -> None:
    file = ResultsFile(tmp_path / "results.jsonl")
    assert file.append(result({"a": 1}))
    assert not file.append(result({"a": 2}), unless=lambda _: True)
    assert [text(entry.metrics["a"]) for entry in written(file.path)[0]] == ["1"]
