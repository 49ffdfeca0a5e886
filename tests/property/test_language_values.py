"""Laws of values, operators, patterns and globs."""

from __future__ import annotations

import fnmatch
import json
import re
import warnings
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from gitwf.duration import format_duration, parse_duration
from gitwf.language.glob import matches, matches_path
from gitwf.language.operators import binary
from gitwf.language.regex import RegexError, fullmatch
from gitwf.language.value import (
    Number,
    Value,
    from_data,
    from_json,
    number,
    parse_number,
    to_json,
    to_text,
    word_value,
)

text = st.text(st.characters(exclude_categories=["Cs"]))
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
scalars: st.SearchStrategy[Value] = st.none() | st.booleans() | text | decimals.map(number)
values: st.SearchStrategy[Value] = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(text, below, max_size=4)
)
numerals = st.from_regex(
    r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,8})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)


@given(values)
def test_json_gives_a_value_back(value: Value) -> None:
    assert from_json(to_json(value)) == value


@given(numerals)
def test_a_numeral_keeps_its_spelling_and_its_value(spelled: str) -> None:
    found = word_value(spelled, quoted=False)
    assert isinstance(found, Number)
    assert to_text(found) == to_json(from_json(spelled)) == spelled
    assert found.decimal == Decimal(spelled)


@given(decimals)
def test_a_computed_number_is_spelled_as_json_and_loses_nothing(decimal: Decimal) -> None:
    spelled = number(decimal).spelling
    assert parse_number(spelled) == number(decimal)
    assert float(json.loads(spelled)) == float(decimal)


@given(st.text(max_size=30))
def test_no_text_is_refused_with_another_error(text: str) -> None:
    try:
        value = from_json(text)
    except ValueError:
        return
    assert from_json(to_json(value)) == value


json_data = st.recursive(
    st.none()
    | st.booleans()
    | text
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(text, below, max_size=4),
)


@given(json_data)
def test_what_a_loader_gives_means_the_same_as_its_json(data: object) -> None:
    assert from_data(data) == from_json(json.dumps(data))


small = st.decimals(-1000, 1000, places=2).map(number)


@given(small, small)
def test_a_remainder_has_the_sign_of_its_divisor(a: Number, b: Number) -> None:
    assume(b.decimal)
    rest = binary("%", a, b)
    assert isinstance(rest, Number)
    assert not rest.decimal or (rest.decimal < 0) is (b.decimal < 0)
    assert abs(rest.decimal) < abs(b.decimal)
    assert (a.decimal - rest.decimal) % b.decimal == 0


atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\.", "(a|b)", "(?:ab)", "()"])
patterns = st.recursive(
    atoms,
    lambda below: (
        st.builds(
            lambda p, r: f"(?:{p}){r}", below, st.sampled_from(["*", "+", "?", "{2}", "{,2}", "*?"])
        )
        | st.builds(lambda p, q: p + q, below, below)
        | st.builds(lambda p, q: f"(?:{p}|{q})", below, below)
    ),
    max_leaves=6,
)


@given(patterns, st.text("ab.1\n", max_size=6))
def test_a_pattern_matches_what_python_matches(pattern: str, subject: str) -> None:
    assert fullmatch(pattern, subject) is bool(re.fullmatch(pattern, subject))


@given(st.text(r"ab(|)*+?{}[]^$\.,0-9", max_size=12), st.text("ab0", max_size=4))
def test_any_pattern_is_refused_or_means_what_it_means_in_python(
    pattern: str, subject: str
) -> None:
    try:
        found = fullmatch(pattern, subject)
    except RegexError:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found is bool(re.fullmatch(pattern, subject))


@given(st.text("ab*?", max_size=8), st.text("ab/\n", max_size=8))
def test_a_glob_matches_what_fnmatch_matches(pattern: str, subject: str) -> None:
    assert matches(pattern, subject) is fnmatch.fnmatchcase(subject, pattern)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_glob(pattern: str, subject: str) -> None:
    assert matches(pattern, subject) in {True, False}
    assert matches_path(pattern, subject) in {True, False}


@given(st.text(max_size=12))
def test_a_glob_of_escapes_matches_its_text(subject: str) -> None:
    assert matches("".join(f"\\{c}" for c in subject), subject)


@given(st.integers(0, 10**11))
def test_a_duration_is_read_as_it_is_written(milliseconds: int) -> None:
    written = format_duration(milliseconds / 1000)
    read = parse_duration(written)
    assert read is not None
    assert round(read * 1000) == milliseconds
