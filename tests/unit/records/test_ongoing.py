"""The list of runs that are not whole in git yet: nothing of a run is there that it does not name."""

from __future__ import annotations

import threading
from pathlib import Path

from gitwf.records.event import Event, StepStarted
from gitwf.records.journal import Journal, path_of, read
from gitwf.records.ongoing import Ongoing

AT = "2026-11-22T10:46:54.123456Z"


def test_a_run_is_listed_before_it_has_a_folder_and_a_plan(tmp_path: Path) -> None:
    ongoing = Ongoing(tmp_path)
    with ongoing.listing("01A"):
        assert ongoing.runs() == ["01A"]
        assert ongoing.plan("01A") is None
        assert not (tmp_path / "runs").exists()
    ongoing.begin("01A", b"{}")
    assert ongoing.plan("01A") == b"{}"


def test_beginning_again_keeps_the_first_plan(tmp_path: Path) -> None:
    ongoing = Ongoing(tmp_path)
    ongoing.begin("01A", b"first")
    ongoing.begin("01A", b"second")
    assert ongoing.plan("01A") == b"first"


def test_a_journal_gets_what_it_lacks(tmp_path: Path) -> None:
    ongoing = Ongoing(tmp_path)
    events = [Event(AT, f"01{n}", 0, "R", StepStarted(n, "/x")) for n in "ABC"]
    with Journal(path_of(tmp_path, "R")) as journal:
        journal.append(events[1])
    for _ in range(2):
        ongoing.restore("R", b"{}", events)
    assert [event.id for event in read(path_of(tmp_path, "R"))] == ["01B", "01A", "01C"]
    assert ongoing.runs() == ["R"]


def test_what_is_left_of_a_run_that_is_gone_is_removed(tmp_path: Path) -> None:
    ongoing = Ongoing(tmp_path)
    for run in ("01A", "01B"):
        with ongoing.listing(run):
            (tmp_path / "runs" / run).mkdir(parents=True)
    ongoing.forget(lambda run: run == "01A")
    assert ongoing.runs() == ["01B"]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["01B"]


def test_a_run_that_is_just_being_listed_is_not_forgotten(tmp_path: Path) -> None:
    ongoing = Ongoing(tmp_path)
    with ongoing.listing("01A"):
        forgetting = threading.Thread(
            target=ongoing.forget, args=[lambda run: not (tmp_path / "runs" / run).exists()]
        )
        forgetting.start()
        (tmp_path / "runs" / "01A").mkdir(parents=True)
    forgetting.join()
    assert ongoing.runs() == ["01A"]
