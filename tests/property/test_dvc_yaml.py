"""Our reader and writer of YAML against `ruamel.yaml`, which DVC uses."""

from __future__ import annotations

import io
import math

from hypothesis import example, given, reject
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gitwf.data import emit, yaml12

ODD = [
    "yes", "no", "on", "null", "~", "True", "1e-05", "1e3", ".5", "0o7", "010", "0x1F", "0b1", "1_000",
    "12345678e0123", "1.", "-.inf", ".nan", "2026-11-22", "a: b", "a #b", "- a", "...", "---", "=", "<<",
    "x:", " x", "x ", "", "a  b", "${X}", "\\${X}", "'q'", '"q"', "é", "a\nb", "a\tb", "%x", "@x", "`x`",
    "a/b.c", "./a", "../a", ".hidden", "python train.py --lr 0.1 > out.txt 2>&1 && echo 'done'", "*", "&a",
    "!t", "[a]", "{a}", "a, b", "?", "? a", "w" * 90, "word " * 30, "12:30:45", "1:2",
]  # fmt: skip
words = st.sampled_from(ODD) | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=90
)
keys = st.sampled_from(ODD) | st.text(st.sampled_from("abz019_.-/ e"), min_size=1, max_size=12)
plain = words.filter(lambda word: "\n" not in word and word[:1] not in "&*!")
numbers = st.integers() | st.floats(allow_nan=False)
leaves = words | numbers | st.booleans() | st.none()
values = st.recursive(
    leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(keys, v, max_size=3), max_leaves=8
)


def dumped(document: dict[str, object]) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


@given(st.dictionaries(keys, values, min_size=1, max_size=4))
def test_what_is_emitted_is_what_dvc_emits(document: dict[str, object]) -> None:
    assert emit.dump(document) == dumped(document)


@given(st.dictionaries(keys, values, min_size=1, max_size=4))
def test_what_dvc_emits_is_read_back(document: dict[str, object]) -> None:
    assert yaml12.loads(dumped(document), "x.yaml") == YAML(typ="safe", pure=True).load(
        dumped(document)
    )


@given(plain | st.text(st.sampled_from("01289_.-+eEoxbx:ainfNT "), max_size=8))
@example("1e5")
@example("1__0")
@example("-0")
@example("+12")
@example("1.5e")
def test_plain_scalars_are_read_as_dvc_reads_them(word: str) -> None:
    text = f"a: {word}\n"
    try:
        expected = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError):
        reject()
    found = yaml12.loads(text, "x.yaml")
    assert repr(found) == repr(expected) or _both_nan(found, expected)


def _both_nan(one: object, other: object) -> bool:
    return all(
        isinstance(d, dict) and isinstance(d["a"], float) and math.isnan(d["a"])
        for d in (one, other)
    )
