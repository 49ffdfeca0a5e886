"""Laws of records: lines may come in any order and more than once; a line is read as it was written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gitwf.records.event import (
    Body,
    EnvironmentChanged,
    EnvironmentChanging,
    Event,
    RunFinished,
    RunQueued,
    RunStarted,
    StepFinished,
    Unknown,
    VariableSet,
    decode,
    encode,
)
from gitwf.records.fold import fold

texts = st.text(max_size=8)
jsons = st.sampled_from([b"0.10", b"1e3", b'"a b"', b"null", b"[1,2.0]", b'{"a":{}}']).map(Raw)
bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(RunQueued, texts, texts, texts, st.none() | texts, texts, texts),
    st.builds(RunStarted, texts, texts, texts, st.none() | texts, texts, texts),
    st.builds(
        RunFinished,
        texts,
        texts,
        texts,
        texts,
        texts,
        st.just(1.5),
        metrics=st.dictionaries(texts, jsons),
    ),
    st.builds(EnvironmentChanging, texts, st.none() | texts, texts),
    st.builds(EnvironmentChanged, texts, st.none() | texts, texts),
    st.builds(StepFinished, texts, texts, result=jsons),
    st.builds(VariableSet, texts, texts, jsons),
    st.builds(Unknown, st.sampled_from(["new.type", "x"])),
)
events = st.builds(
    Event,
    at=st.sampled_from(["2026-11-22T10:00:00.000000Z", "2026-11-22T10:00:01.000000Z"]),
    id=st.integers(0, 50).map(lambda n: f"E{n:02}"),
    epoch=st.integers(0, 2),
    run=st.just("R"),
    body=bodies,
)
histories = st.lists(events, max_size=12, unique_by=lambda event: event.id)


@given(histories, st.randoms(use_true_random=False), st.integers(0, 3))
def test_order_and_doubling_change_nothing(
    history: list[Event], random: object, times: int
) -> None:
    import random as _random

    assert isinstance(random, _random.Random)
    shuffled = [*history, *history[:times]]
    random.shuffle(shuffled)
    assert fold(shuffled) == fold(history)


@given(events)
def test_a_line_is_read_as_it_was_written(event: Event) -> None:
    line = encode(event)
    assert decode(line) == event
    assert encode(decode(line)) == line
    assert b"\n" not in line


@given(histories)
def test_a_sorted_union_of_lines_says_the_same(history: list[Event]) -> None:
    """`git notes merge` with ``cat_sort_uniq`` sorts the lines of both sides and drops doubles."""
    lines = [encode(event) for event in history]
    merged = sorted({*lines[: len(lines) // 2 + 1], *lines[len(lines) // 2 :]})
    assert fold(map(decode, merged)) == fold(history)
