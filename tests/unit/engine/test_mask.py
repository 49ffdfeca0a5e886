"""Secrets in what is written down."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gitwf.engine.replay.mask import Mask
from gitwf.records.event import Error, Event, StepFinished, decode, encode

if TYPE_CHECKING:
    import pytest

_CHUNK = 1 << 18
"""Bytes that are read at once."""

_TEXT = st.text(st.characters(codec="utf-8"))
_SECRETS = st.lists(st.text(st.characters(codec="utf-8"), min_size=3, max_size=8), max_size=3)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
    max_leaves=8,
)


def test_the_longest_is_hidden_whole() -> None:
    mask = Mask(["abc", "abcdef"])
    assert mask.text("x abcdef abc") == "x *** ***"


def test_an_error_is_masked_with_its_hint() -> None:
    error = Error("no field `tok3n`", hint="its fields are `tok3n2`")
    body = StepFinished("1", "/x", (), 1, "failed", error=error)
    masked = Mask(["tok3n"]).event(Event("", "01K", 0, "01K", body)).body
    assert isinstance(masked, StepFinished)
    assert masked.error == Error("no field `***`", hint="its fields are `***2`")


def test_what_is_too_short_to_hide_is_left() -> None:
    assert Mask(["1", "ab", ""]).text("1 ab") == "1 ab"


def test_in_json_a_number_that_is_a_secret() -> None:
    assert Mask(["12345"]).json(b'[12345,123456,"n=12345"]') == b'["***",123456,"n=***"]'


def test_what_records_need_is_left() -> None:
    body = StepFinished(
        "1/then",
        "/deploy",
        ("--key", "1/then"),
        1,
        "failed",
        1,
        result=Raw(b'{"deploy":true}'),
        error=Error("no /deploy", "exit", "/deploy", "1/then", 1),
    )
    event = Event("2026-11-22T10:46:54.123456Z", "01K", 0, "failed", body)
    found = Mask(["1/then", "deploy", "failed", "true"]).event(event)
    assert decode(encode(found)) == found
    assert encode(found) == (
        b'{"at":"2026-11-22T10:46:54.123456Z","id":"01K","v":1,"epoch":0,"type":"step.finished",'
        b'"run":"failed","step":"1/then","command":"/deploy","args":["--key","***"],"attempt":1,'
        b'"status":"failed","exit":1,"seconds":0.0,"cached":false,"result":{"***":true},"outs":[],'
        b'"error":{"message":"no /***","kind":"exit","command":"/deploy","step":"1/then","status":1}}'
    )


@given(
    st.integers(_CHUNK - 12, _CHUNK + 1),
    st.text("ab", max_size=24),
    st.lists(st.text("ab", min_size=3, max_size=9), max_size=3),
)
def test_a_file_is_masked_as_its_text_is(
    tmp_path_factory: pytest.TempPathFactory, place: int, text: str, secrets: list[str]
) -> None:
    path = tmp_path_factory.mktemp("mask") / "out"
    path.write_bytes(b"\xff" * place + text.encode())
    mask = Mask(secrets)
    mask.file(path)
    assert path.read_bytes() == b"\xff" * place + mask.data(text.encode())


def test_a_file_without_secrets_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"nothing\0here")
    before = path.stat()
    Mask(["secret"]).file(path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_no_file_is_not_masked(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out")
    Mask(["secret"]).file(tmp_path / "out")
    Mask(["secret"]).file(tmp_path / "nothing")


@given(_JSON, _SECRETS)
def test_json_stays_json_and_holds_no_secret(value: object, secrets: list[str]) -> None:
    masked = json.loads(Mask(secrets).json(json.dumps(value, ensure_ascii=False).encode()))
    assert type(masked) is type(value) or masked == "***"
    for text in _strings(masked):
        assert not any(secret in text for secret in secrets if "*" not in secret), text


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for item in value for text in _strings(item)]
        case dict():
            return [text for item in [*value.keys(), *value.values()] for text in _strings(item)]
        case _:
            return []
