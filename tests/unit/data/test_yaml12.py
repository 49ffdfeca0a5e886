from __future__ import annotations

import pytest

from gitwf.data import yaml12
from gitwf.data.errors import BrokenFileError

NO_YAML = "`x.yaml` is no valid YAML: "
EVIL = "tag:yaml.org,2002:python/object:os.system"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("1e-05", 1e-05),
        ("1e3", 1000.0),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-0b11", -3),
        ("1_000", 1000),
        ("~", None),
        ("12:30:45", "12:30:45"),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("True", True),
        ("'1'", "1"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert yaml12.loads(f"a: {text}", "x.yaml") == {"a": value}


def test_a_merged_key_may_be_overridden() -> None:
    text = "base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  x: 3\n"
    assert yaml12.loads(text, "x.yaml") == {"base": {"x": 1, "y": 2}, "mine": {"x": 3, "y": 2}}


def test_no_text_is_nothing() -> None:
    assert yaml12.loads("# nothing\n", "x.yaml") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "`x.yaml` is no valid YAML: key `a` stands twice, line 2"),
        ("a: [1\n", "`x.yaml` is no valid YAML: did not find expected ',' or ']', line 2"),
        ("a: !!bool x\n", f"{NO_YAML}a value is not of the kind that its tag says"),
        ("a: !!timestamp x\n", f"{NO_YAML}a value is not of the kind that its tag says"),
        ("? [a]\n: 1\n", "`x.yaml` is no valid YAML: a key that is a list or a mapping, line 1"),
        ("a: *b\n", "`x.yaml` is no valid YAML: found undefined alias, line 1"),
        (
            "a: !!python/object:os.system x\n",
            f"{NO_YAML}could not determine a constructor for the tag '{EVIL}', line 1",
        ),
        ("a: 2026-13-45\n", "`x.yaml` is no valid YAML: month must be in 1..12"),
    ],
)
def test_what_is_no_yaml_is_said(text: str, message: str) -> None:
    with pytest.raises(BrokenFileError) as caught:
        yaml12.loads(text, "x.yaml")
    assert caught.value.message == message
