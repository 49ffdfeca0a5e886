"""YAML as DVC writes it: the same bytes as `ruamel.yaml` makes, where they can be had cheaply.

Nearly all entries of `dvc.lock` hold ASCII text, numbers, lists and mappings only: they are written
here, in the styles and folded at the places of `ruamel/yaml/emitter.py`. What needs more escapes
goes to `ruamel.yaml` itself, which DVC uses (`dvc/utils/serialize/_yaml.py`) and which takes a
hundred times as long.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from gitwf.data.yaml12 import is_string

WIDTH = 80
"""The column after which DVC has `ruamel.yaml` fold lines."""

_ASCII = re.compile(r"[ -~\n]*")
_INDICATOR = re.compile(r"""[#,\[\]{}&*!|>'"%@`\ ]|---|\.\.\.|[?:-](?:\ |$)""")
_UNPLAIN = re.compile(r": | #|:$| $|\n")
_KEY = 80


class _NotPlainError(Exception):
    """A value is not of the simple kind that is written here."""


def dump(document: Mapping[str, object], width: int = WIDTH) -> str:
    """Return ``document`` as block YAML, byte for byte as `ruamel.yaml` of this width dumps it."""
    try:
        return "".join(f"{line}\n" for line in _Emitter(width).mapping(document, ""))
    except _NotPlainError:
        return _dump_slowly(document, width)


def _dump_slowly(document: Mapping[str, object], width: int) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = width
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


class _Emitter:
    """Writes lines of at most ``width`` columns where their words allow that."""

    def __init__(self, width: int) -> None:
        self._width = width

    def mapping(self, mapping: Mapping[str, object], indent: str) -> Iterator[str]:
        """Yield the lines of a mapping that is not empty."""
        for key, value in mapping.items():
            head = f"{indent}{self._key(key)}:"
            if isinstance(value, Mapping) and value:
                yield head
                yield from self.mapping(value, indent + "  ")
            elif isinstance(value, list) and value:
                yield head
                yield from self._sequence(value, indent)
            else:
                yield f"{head} {self._scalar(value, len(head) + 1, indent)}"

    def _sequence(self, items: list[object], indent: str) -> Iterator[str]:
        for item in items:
            if isinstance(item, Mapping) and item:
                first, *rest = self.mapping(item, indent + "  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            elif isinstance(item, list) and item:
                first, *rest = self._sequence(item, indent + "  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield f"{indent}- {self._scalar(item, len(indent) + 2, indent)}"

    def _key(self, key: object) -> str:
        if not isinstance(key, str) or len(key) > _KEY or " " in key or "\n" in key:
            raise _NotPlainError
        return self._text(key, 0, "")

    def _scalar(self, value: object, column: int, indent: str) -> str:
        if isinstance(value, str):
            return self._text(value, column, indent)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            return _float(value)
        if value in ([], {}):
            return "[]" if isinstance(value, list) else "{}"
        raise _NotPlainError

    def _text(self, text: str, column: int, indent: str) -> str:
        """Return ``text`` in the style that `Emitter.choose_scalar_style` chooses."""
        fold = f"\n{indent}  "
        if _is_plain(text):
            return self._plain(text, column, fold)
        if not _ASCII.fullmatch(text):
            raise _NotPlainError
        if "'" in text or "\n" in text:
            return self._double_quoted(text, column)
        return self._single_quoted(text, column, fold)

    def _plain(self, text: str, column: int, fold: str) -> str:
        """Return what `Emitter.write_plain` makes of ``text``; ``fold`` begins a new line."""
        if column + len(text) <= self._width:
            return text
        written: list[str] = []
        margin = len(fold) - 1
        for part in re.split(r"( +)", text):
            is_gap = part == " " and column >= self._width
            if is_gap or (part[:1] != " " and margin < column > self._width - len(part)):
                written.append(fold)
                column = margin
            if not is_gap:
                written.append(part)
                column += len(part)
        return "".join(written)

    def _single_quoted(self, text: str, column: int, fold: str) -> str:
        """Return what `Emitter.write_single_quoted` makes of ``text``, which has no quote in it."""
        written: list[str] = []
        column += 1
        at = 0
        for part in re.split(r"( +)", text):
            inside = 0 < at < len(text) - len(part)
            folds = part == " " and column > self._width and inside
            written.append(fold if folds else part)
            column = len(fold) - 1 if folds else column + len(part)
            at += len(part)
        return f"'{''.join(written)}'"

    def _double_quoted(self, text: str, column: int) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        if column + len(escaped) + 1 > self._width:
            raise _NotPlainError
        return f'"{escaped}"'


@lru_cache(maxsize=1024)
def _is_plain(text: str) -> bool:
    """Return whether ``text`` may stand without quotes. Few keys make up most of `dvc.lock`."""
    is_bare = not _INDICATOR.match(text) and not _UNPLAIN.search(text)
    return is_bare and _ASCII.fullmatch(text) is not None and is_string(text)


def _float(value: float) -> str:
    text = repr(value)
    if not re.fullmatch(r"-?\d+\.\d+", text):
        raise _NotPlainError
    return text
