from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gitwf.language.value import to_json
from gitwf.results.entry import Entry, decode, encode, flat, raw, text


def test_a_line_that_people_have_is_read_and_written_as_it_is(theirs: str) -> None:
    for line in theirs.encode().splitlines(keepends=True):
        assert encode(decode(line)) == line


def test_ours_says_which_run_and_step_it_came_from() -> None:
    entry = Entry(
        {"accuracy": Raw(b"0.90")}, Raw(b'"t"'), Raw(b"1"), Raw(b'"a"'), {}, "01M", "3[0]"
    )
    assert encode(entry) == (
        b'{"timestamp": "t", "phase": 1, "experiment_id": "a", "metrics": {"accuracy": 0.90}, '
        b'"config": {}, "run": "01M", "step": "3[0]"}\n'
    )
    assert decode(encode(entry)).run == "01M"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"metrics": {"a": 1', "Input data was truncated"),
        (b"[1]", "Expected `object`, got `array`"),
        (b"null", "Expected `object`, got `null`"),
        (b'{"phase": 1}', "Object missing required field `metrics`"),
        (b'{"metrics": 0.9}', "Expected `object`, got `float` - at `$.metrics`"),
        (b'{"metrics": {"a": NaN', "Expecting ',' delimiter: line 1 column 22 (char 21)"),
        (b"NaN", "Expected `object`"),
        (b'{"metrics": [NaN]}', "Expected `object`, got `array` - at `$.metrics`"),
    ],
)
def test_what_is_no_result_says_why(line: bytes, why: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011  (the message is compared whole)
        decode(line)
    assert str(error.value) == why


@pytest.mark.parametrize(
    ("metrics", "name", "value"),
    [
        ('{"a": 0.9}', "a", 0.9),
        ('{"a": 1e-3}', "a", 0.001),
        ('{"a": {"b": 2}}', "a.b", 2.0),
        ('{"a.b": 2}', "a.b", 2.0),
        ('{"a": NaN}', "a", None),
        ('{"a": -Infinity}', "a", float("-inf")),
        ('{"a": "good"}', "a", None),
        ('{"a": true}', "a", None),
        ('{"a": null}', "a", None),
        ('{"a": {"b": 2}}', "a", None),
        ('{"a": 1}', "b", None),
    ],
)
def test_a_metric_is_a_number_or_none(metrics: str, name: str, value: float | None) -> None:
    assert decode(f'{{"metrics": {metrics}}}'.encode()).metric(name) == value


@pytest.mark.parametrize(
    ("spelled", "phase"), [("1", "1"), ('"1"', "1"), ('"warm-up"', "warm-up"), ("null", "")]
)
def test_a_phase_is_told_by_what_it_says(spelled: str, phase: str) -> None:
    assert decode(f'{{"metrics": {{}}, "phase": {spelled}}}'.encode()).is_of(phase)


def test_a_workflow_sees_the_line_and_its_fields(theirs: str) -> None:
    first, _, last = theirs.encode().splitlines()
    assert to_json(decode(first).value()) == (
        '{"accuracy":0.87,"class_1_accuracy":0.62,"time_warp_sigma":0.12,'
        '"timestamp":"2025-10-21T14:03:11.123456","phase":1,"experiment_id":"phase1_time_warp_0.12",'
        '"metrics":{"accuracy":0.87,"class_1_accuracy":0.62},"config":{"time_warp_sigma":0.12}}'
    )
    assert decode(last).value()["class_1_accuracy"] == "NaN"


def test_leaves_have_dotted_names() -> None:
    fields = decode(b'{"metrics": {"a": 1, "b": {"c": {"d": "x"}, "e": []}}}').metrics
    assert {key: text(value) for key, value in flat(fields)} == {
        "a": "1",
        "b.c.d": "x",
        "b.e": "[]",
    }


@given(st.text(), st.dictionaries(st.text(), st.text() | st.none() | st.booleans()))
def test_what_is_written_is_read(name: str, fields: dict[str, str | bool | None]) -> None:
    table = {key: raw(value) for key, value in fields.items()}
    line = encode(Entry(table, experiment_id=raw(name), config=table))
    assert line.count(b"\n") == 1
    read = decode(line)
    assert (read.name, read.value()["metrics"], read.value()["config"]) == (name, fields, fields)
