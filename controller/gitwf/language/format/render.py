"""Rendering: lines become text, with arrows of a block and comments of adjacent lines aligned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from gitwf.language.format.layout import Line
from gitwf.language.format.piece import Piece

_BEFORE_COMMENT = 2
"""How many spaces stand before a comment behind text, at least."""


def render(lines: Sequence[Line]) -> str:
    """Return the text of ``lines``."""
    texts = map(_text, lines, _arrow_columns(lines))
    return "".join(f"{line}\n" for line in _with_comments(lines, texts))


def _arrow_columns(lines: Sequence[Line]) -> list[int]:
    """Return for each line how far to the right its arrow stands, counted from its indentation."""
    widths: dict[Piece | None, int] = {}
    for line in lines:
        if line.arrow is not None:
            widths[line.block] = max(widths.get(line.block, 0), len(_head(line)))
    return [widths.get(line.block, 0) for line in lines]


def _head(line: Line) -> str:
    return "".join(line.texts[: line.arrow])


def _text(line: Line, arrow_column: int) -> str:
    if not line.texts:
        return ""
    head = _head(line)
    tail = "" if line.arrow is None else "".join(line.texts[line.arrow :])
    return f"{' ' * line.indent}{head.ljust(arrow_column) if tail else head}{tail}"


def _with_comments(lines: Iterable[Line], texts: Iterable[str]) -> Iterator[str]:
    """Yield ``texts`` with the comments of ``lines``; those behind text on adjacent lines aligned."""
    for trails, group in groupby(zip(lines, texts, strict=True), key=_trails):
        rows = list(group)
        width = max(_width(text) for _, text in rows) + _BEFORE_COMMENT if trails else 0
        for line, text in rows:
            padding = width - _width(text) if trails else line.indent if line.comment else 0
            yield f"{text}{' ' * padding}{line.comment}"


def _trails(row: tuple[Line, str]) -> bool:
    """Return whether a comment stands behind text."""
    line, text = row
    return bool(line.comment and text)


def _width(text: str) -> int:
    """Return how wide the last line of ``text`` is; a word or a run line may have several."""
    return len(text) - text.rfind("\n") - 1
