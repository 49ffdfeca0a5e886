"""YAML as DVC writes it: the same bytes as `ruamel.yaml` makes, where they can be had cheaply.

Nearly all entries of `dvc.lock` hold short plain text, numbers, lists and mappings only: they are
written here. What would need quotes, folding or escapes goes to `ruamel.yaml` itself, which DVC
uses (`dvc/utils/serialize/_yaml.py`) and which takes a hundred times as long.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

from gitwf.data.yaml12 import is_string

_WIDTH = 80
"""The column after which `ruamel.yaml` folds."""

_PLAIN = re.compile(
    r"(?:\.(?=[\w/])|[A-Za-z0-9_/])[A-Za-z0-9_./ +=&|<>'\"$(){}\[\],;*?!%@^~\\:#-]*"
)
_UNPLAIN = re.compile(r": | #|:$| $|  ")
_QUOTABLE = re.compile(r"[A-Za-z0-9_.+-]+")


class _NotPlainError(Exception):
    """A value is not of the simple kind that is written here."""


def dump(document: Mapping[str, object]) -> str:
    """Return ``document`` as block YAML, byte for byte as DVC dumps it."""
    try:
        return "".join(f"{line}\n" for line in _mapping(document, ""))
    except _NotPlainError:
        return _dump_slowly(document)


def _dump_slowly(document: Mapping[str, object]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _mapping(mapping: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        head = f"{indent}{_key(key)}:"
        if isinstance(value, Mapping) and value:
            yield head
            yield from _mapping(value, indent + "  ")
        elif isinstance(value, list) and value:
            yield head
            yield from _sequence(value, indent)
        else:
            yield f"{head} {_scalar(value, len(head) + 1)}"


def _sequence(items: list[object], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *rest = _mapping(item, indent + "  ")
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        elif isinstance(item, list) and item:
            first, *rest = _sequence(item, indent + "  ")
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(item, len(indent) + 2)}"


def _key(key: object) -> str:
    if not isinstance(key, str) or len(key) > _WIDTH or " " in key:
        raise _NotPlainError
    return _text(key, 0)


def _scalar(value: object, column: int) -> str:
    if isinstance(value, str):
        return _text(value, column)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if value in ([], {}):
        return "[]" if isinstance(value, list) else "{}"
    raise _NotPlainError


def _text(text: str, column: int) -> str:
    if column + len(text) > _WIDTH or not text.isascii():
        raise _NotPlainError
    if _PLAIN.fullmatch(text) and not _UNPLAIN.search(text) and is_string(text):
        return text
    if _QUOTABLE.fullmatch(text) and not is_string(text):
        return f"'{text}'"
    raise _NotPlainError


def _float(value: float) -> str:
    text = repr(value)
    if not re.fullmatch(r"-?\d+\.\d+", text):
        raise _NotPlainError
    return text
