"""The place of a key in a TOML document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from gitwf.config.place import key_places


@pytest.mark.parametrize(
    ("text", "path", "written"),
    [
        ("a = 1", ("a",), "a"),
        ("a.b = 1", ("a", "b"), "b"),
        ("[a]\nb = 1\n[c]\nb = 2", ("c", "b"), "b"),
        ('["a.b"]\n"c d" = 1', ("a.b", "c d"), '"c d"'),
        ("[[a]]\nb = 1", ("a", "b"), "b"),
        ("a = { b = { c = 1 }, d = 2 }", ("a", "d"), "d"),
        ("a = [[1, 2], [3]] # b = 1\nb = 2", ("b",), "b"),
        ('a = """\nb = 1\n""\\""""\nb = 2', ("b",), "b"),
        ("a = '''\nb = ['''\nb = 2", ("b",), "b"),
        ("a = [ # ]\n  1,\n]\nb = 2", ("b",), "b"),
        ("a = 1979-05-27 07:32:00\nb = 1.5", ("b",), "b"),
    ],
)
def test_place(text: str, path: tuple[str, ...], written: str) -> None:
    place = key_places(text)[path]
    assert text[place.start : place.end] == written
    assert place.start == text.rindex(written)


names = st.text(max_size=6)
values = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def paths(table: dict[str, object], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        yield (*at, name)
        if isinstance(value, dict):
            yield from paths(value, (*at, name))


@given(st.dictionaries(names, values, max_size=4))
def test_every_key_has_a_place(document: dict[str, object]) -> None:
    text = tomlkit.dumps(document)
    places = key_places(text)
    assert set(paths(document)) <= places.keys()
