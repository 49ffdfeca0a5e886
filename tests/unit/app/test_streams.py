"""What a step prints, read in pieces that can be shown."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.app.streams import StepOutput, Stream, latest_line, presentable
from gitwf.records.event import StepStarted

PRESENTABLE: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 0),
    "no whole line": (b"ab", 0),
    "a line": (b"ab\n", 3),
    "a line and more": (b"ab\ncd", 3),
    "a progress bar": (b"10%\r20%\r3", 8),
    "a long line": (b"x" * 20, 20),
    "a long line, torn in a character of two bytes": (b"x" * 20 + "é".encode()[:1], 20),
    "a long line, torn in one of four": (b"x" * 20 + "😀".encode()[:3], 20),
    "a long line that ends with a whole one": (b"x" * 20 + "😀".encode(), 24),
    "a long line that is no text": (b"x" * 20 + b"\xff\x80", 22),
}


@pytest.mark.parametrize(("data", "size"), PRESENTABLE.values(), ids=PRESENTABLE)
def test_what_can_be_shown_of_what_is_there(data: bytes, size: int) -> None:
    assert presentable(data, 10) == size


@given(st.lists(st.tuples(st.binary(max_size=50), st.booleans())))
def test_all_of_a_stream_is_given_once(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[bytes, bool]]
) -> None:
    path = tmp_path_factory.mktemp("job") / "out"
    with closing(Stream(path)) as stream:
        given: list[bytes] = []
        for part, looked_at in parts:
            with path.open("ab") as file:
                file.write(part)
            if looked_at:
                given += stream.read(ended=False)
        given += stream.read(ended=True)
    assert b"".join(given) == b"".join(part for part, _ in parts)


def test_characters_are_whole_in_every_piece(tmp_path: Path) -> None:
    path = tmp_path / "out"
    text = "→😀é" * 40_000
    path.write_text(text)
    with closing(Stream(path)) as stream:
        pieces = list(stream.read(ended=True))
    assert len(pieces) > 1
    assert "".join(piece.decode() for piece in pieces) == text


def test_a_file_that_is_written_anew_is_read_to_its_old_end(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"first\n")
    with closing(Stream(path)) as stream:
        assert list(stream.read(ended=False)) == [b"first\n"]
        with path.open("ab") as file:
            file.write(b"second\n")
        (tmp_path / "new").write_bytes(b"***\n")
        (tmp_path / "new").replace(path)
        assert list(stream.read(ended=True)) == [b"second\n"]


def test_a_job_that_was_lost_is_followed_by_the_one_in_its_place(tmp_path: Path) -> None:
    for folder, text in {"4.then.2": "a", "4.then.2.lost1": "b", "4.then.2.lost2": "c"}.items():
        (tmp_path / "jobs" / folder).mkdir(parents=True)
        (tmp_path / "jobs" / folder / "out").write_text(text)
    with closing(StepOutput(StepStarted("4/then/2", "/x"), tmp_path)) as output:
        pieces = list(output.read(ended=False))
        assert [(p.stream, p.data) for p in pieces] == [("out", b"a"), ("out", b"b")]
        assert [p.data for p in output.read(ended=True)] == [b"c"]


LAST: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", ""),
    "a line": (b"one\ntwo\n", "two"),
    "one that is not whole": (b"one\ntwo", "two"),
    "a progress bar": (b"10%\r20%", "20%"),
    "empty lines": (b"one\n\n\r\n", "one"),
    "colours and a title": (b"\x1b]0;title\x07\x1b[1;31mred\x1b[0m and \x1b[2Kplain", "red and plain"),
    "what a terminal would act on": (b"a\x07b\x1bcd", "a\ufffdb\ufffdcd"),
    "a tab": (b"a\tb", "a       b"),
    "no UTF-8": (b"a\xffb", "a\ufffdb"),
    "much": (b"x" * 10_000 + b"\nlast\n", "last"),
}  # fmt: skip


@pytest.mark.parametrize(("printed", "line"), LAST.values(), ids=LAST)
def test_the_last_line(tmp_path: Path, printed: bytes, line: str) -> None:
    (tmp_path / "jobs" / "1.2").mkdir(parents=True)
    (tmp_path / "jobs" / "1.2" / "out").write_bytes(printed)
    assert latest_line(tmp_path, "1/2") == line


def test_the_last_line_is_that_of_the_stream_that_was_written_to_last(tmp_path: Path) -> None:
    for folder, name, at in (("1", "err", 9), ("1.lost1", "out", 2), ("1.lost1", "err", 3)):
        (tmp_path / "jobs" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "jobs" / folder / name).write_text(f"{folder} {name}\n")
        os.utime(tmp_path / "jobs" / folder / name, (at, at))
    assert latest_line(tmp_path, "1") == "1.lost1 err"
    assert latest_line(tmp_path, "2") == ""
