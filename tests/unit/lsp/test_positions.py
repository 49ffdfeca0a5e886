from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.lsp.positions import Positions

TEXT = "ab\nc😀é→d\r\n\re"


@pytest.mark.parametrize(
    ("encoding", "column"),
    [("utf-8", 10), ("utf-16", 5), ("utf-32", 4)],
)
def test_columns_count_units(encoding: str, column: int) -> None:
    positions = Positions(TEXT, encoding)
    assert positions.position(TEXT.index("d")) == (1, column)
    assert positions.offset(1, column) == TEXT.index("d")


@pytest.mark.parametrize(
    ("line", "column", "offset"),
    [
        pytest.param(0, 9, 2, id="beyond-the-line"),
        pytest.param(1, 9, 8, id="beyond-the-line-before-its-carriage-return"),
        pytest.param(2, 0, 10, id="a-line-that-a-carriage-return-ends"),
        pytest.param(3, 1, 12, id="the-end"),
        pytest.param(9, 0, 12, id="beyond-the-text"),
        pytest.param(1, 2, 5, id="within-a-pair-is-behind-it"),
    ],
)
def test_a_position_that_is_not_there_is_the_next_one_that_is(
    line: int, column: int, offset: int
) -> None:
    assert Positions(TEXT).offset(line, column) == offset


@given(
    st.text(st.sampled_from("a😀é\n\r →"), max_size=12),
    st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_there_and_back(text: str, encoding: str) -> None:
    positions = Positions(text, encoding)
    for offset in range(len(text) + 1):
        if not text[:offset].endswith("\r") or text[offset : offset + 1] != "\n":
            assert positions.offset(*positions.position(offset)) == offset
