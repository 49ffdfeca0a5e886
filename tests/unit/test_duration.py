"""Durations: what is one, and how it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("300", 300.0),
        ("0", 0.0),
        ("0.5", 0.5),
        ("250ms", 0.25),
        ("60s", 60.0),
        ("5m", 300.0),
        ("1h30m", 5400.0),
        ("1.5h", 5400.0),
        ("2d", 172800.0),
        ("1d2h3m4s5ms", 93784.005),
        ("", None),
        ("-1", None),
        ("5parsecs", None),
        ("5m1h", None),
        ("1m1m", None),
        ("m", None),
        ("1h 30m", None),
        ("1h30", None),
        ("٣", None),
        ("1e3", None),
    ],
)
def test_parse_duration(text: str, seconds: float | None) -> None:
    assert parse_duration(text) == seconds


@given(st.integers(0, 10**12))
def test_a_formatted_duration_reads_as_itself(milliseconds: int) -> None:
    read = parse_duration(format_duration(milliseconds / 1000))
    assert read is not None
    assert round(read * 1000) == milliseconds
