from __future__ import annotations

from pathlib import Path

import pytest

from gitwf.tracking.note import Create, End, Log, Note, decode, encode, name
from gitwf.tracking.outbox import Outbox, Target, left

TARGET = Target("http://127.0.0.1:1", "e")
NOTES: list[Note] = [
    Create("", "run", 1, {"a": "b"}),
    Log("", "1", 2, {"p": "1"}, {"m": 0.5}),
    End("", "FINISHED", 3),
]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    made = Outbox(tmp_path / "R")
    made.open(TARGET)
    return made


def test_notes_wait_until_they_are_sent(outbox: Outbox) -> None:
    for note in NOTES:
        outbox.add(note)
    waiting = list(outbox.waiting())
    assert [each.note for each in waiting] == NOTES
    outbox.sent(waiting[1].end)
    assert [each.note for each in outbox.waiting()] == NOTES[2:]
    outbox.sent(waiting[2].end)
    assert not outbox.is_waiting()


def test_a_note_that_a_crash_cut_off_is_none(outbox: Outbox) -> None:
    outbox.add(NOTES[0])
    path = outbox.folder / "notes.jsonl"
    path.write_bytes(path.read_bytes() + encode(NOTES[1])[:10])
    assert [each.note for each in outbox.waiting()] == NOTES[:1]
    outbox.open(TARGET)
    outbox.add(NOTES[1])
    assert [each.note for each in outbox.waiting()] == NOTES[:2]


def test_ids_are_remembered(outbox: Outbox) -> None:
    outbox.give("", "a")
    outbox.give("3[0]", "b")
    assert outbox.ids() == {"": "a", "3[0]": "b"}


def test_where_to_stays_what_it_was(outbox: Outbox) -> None:
    outbox.open(Target("http://127.0.0.1:2", "other"))
    assert outbox.target() == TARGET


def test_steps_that_were_logged(outbox: Outbox) -> None:
    for note in NOTES:
        outbox.add(note)
    assert outbox.logged() == {"1"}


@pytest.mark.parametrize("note", NOTES)
def test_a_note_is_read_as_it_was_written(note: Create | Log | End) -> None:
    assert decode(encode(note)) == note


def test_what_is_left_is_said(tmp_path: Path) -> None:
    assert left(tmp_path / "none") is None
    for run in ("A", "B"):
        Outbox(tmp_path / run).open(TARGET)
    assert left(tmp_path) is None
    Outbox(tmp_path / "A").add(NOTES[0])
    assert left(tmp_path) == "1 run is not in MLflow yet"
    Outbox(tmp_path / "B").add(NOTES[0])
    (tmp_path / "problem").write_text("no route")
    assert left(tmp_path) == "2 runs are not in MLflow yet: no route"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("net.hidden", "net.hidden"),
        ("train/loss", "train/loss"),
        ("größe (mm)", "gr__e _mm_"),
        ("", "_"),
    ],
)
def test_names_are_such_as_mlflow_takes(text: str, spelled: str) -> None:
    assert name(text) == spelled
