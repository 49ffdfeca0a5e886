from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from gitwf.language.value import (
    Number,
    Value,
    from_data,
    from_json,
    number,
    parse_number,
    to_json,
    to_text,
    type_name,
    word_value,
)


@pytest.mark.parametrize("text", ["0", "-0", "-0.0", "1.50", "0.10", "1e-5", "1E3", "1e+30", "42"])
def test_a_number_keeps_its_spelling(text: str) -> None:
    assert to_text(parse_number(text)) == text
    assert to_json(from_json(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "+1", ".5", "5.", "01", "1_000", "0x1f", "NaN", "Infinity", "1e", "١", "1e9999999", " 1"],
)
def test_what_is_no_number_of_json(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("computed", "spelling"),
    [
        ("0.30", "0.3"),
        ("1E+3", "1000"),
        ("120", "120"),
        ("-0.0", "0"),
        ("0.0000001", "0.0000001"),
        ("0.00000001", "1e-8"),
        ("123456789012345678901", "123456789012345678901"),
        ("1234567890123456789012", "1.234567890123456789012e21"),
        ("-1E+30", "-1e30"),
    ],
)
def test_a_computed_number_has_its_shortest_spelling(computed: str, spelling: str) -> None:
    assert number(Decimal(computed)).spelling == spelling


def test_numbers_are_equal_by_their_values() -> None:
    one = {parse_number("1"), parse_number("1.0"), parse_number("10e-1")}
    assert one == {number(1)}
    assert number(1) != True  # noqa: E712
    assert from_json('{"a": [1.0]}') == {"a": [number(1)]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.10", Number(Decimal("0.1"), "0.10")),
        ("true", True),
        ("null", None),
        ("True", "True"),
        ("a b", "a b"),
        ("", ""),
    ],
)
def test_word_value(text: str, value: Value) -> None:
    assert word_value(text, quoted=False) == value
    assert word_value(text, quoted=True) == text


@pytest.mark.parametrize(
    ("json", "text"),
    [
        ("null", ""),
        ("true", "true"),
        ('"a\\nb"', "a\nb"),
        ('[1, "x", null, [2.50, false]]', "1 x  2.50 false"),
        ('{"a": [1, "é\\"", null], "b": {}}', '{"a":[1,"é\\"",null],"b":{}}'),
        ("[]", ""),
    ],
)
def test_to_text(json: str, text: str) -> None:
    assert to_text(from_json(json)) == text


def test_of_keys_that_stand_twice_the_last_counts() -> None:
    assert from_json('{"a": 1, "a": 2}') == {"a": number(2)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("NaN", "`NaN` is not JSON", id="nan"),
        pytest.param("-Infinity", "`-Infinity` is not JSON", id="infinity"),
        pytest.param("1e99999999", "`1e99999999` is not a number of JSON", id="exponent"),
        pytest.param(
            "[" * 201 + "]" * 201,
            "the value is nested too deeply: more than 200 levels",
            id="deep",
        ),
        pytest.param(
            "[" * 100_000, "the value is nested too deeply: more than 200 levels", id="deeper"
        ),
        pytest.param(
            '"\\ud800"',
            "a string holds half of a surrogate pair, which no text has",
            id="surrogate",
        ),
        pytest.param("{", "Expecting property name enclosed in double quotes", id="unfinished"),
    ],
)
def test_what_is_not_json(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        from_json(text)
    assert str(caught.value).startswith(message)


def test_what_loaders_give() -> None:
    data = {
        "int": 3,
        "float": 1e-5,
        "decimal": Decimal("0.10"),
        "day": date(2026, 11, 22),
        "time": datetime(2026, 11, 22, 17, 0, tzinfo=UTC),
        "items": (True, None, "x"),
        2: "key",
        False: "bool",
    }
    assert to_json(from_data(data)) == (
        '{"int":3,"float":1e-05,"decimal":0.10,"day":"2026-11-22",'
        '"time":"2026-11-22T17:00:00+00:00","items":[true,null,"x"],"2":"key","false":"bool"}'
    )


def test_what_json_has_not() -> None:
    for data in (b"x", {1, 2}, float("nan"), object()):
        with pytest.raises(ValueError, match="JSON"):
            from_data(data)


def test_a_value_that_shares_its_parts_is_counted_as_it_would_be_written() -> None:
    data: object = "x" * 100
    for _ in range(64):
        data = [data, data]
    with pytest.raises(ValueError, match="the value is too large"):
        from_data(data)


def test_a_value_that_holds_itself() -> None:
    data: list[object] = []
    data.append(data)
    with pytest.raises(ValueError, match="the value is nested too deeply"):
        from_data(data)


@pytest.mark.parametrize(
    ("json", "name"),
    [("null", "null"), ("true", "bool"), ("1", "number"), ('""', "string"), ("[]", "list")],
)
def test_type_name(json: str, name: str) -> None:
    assert type_name(from_json(json)) == name
