"""Between offsets of a text and an editor's positions, whose columns count UTF-16 units mostly."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import cached_property

_LINE_END = re.compile(r"\r\n|\n|\r")
_WIDTHS: Mapping[str, Callable[[str], int]] = {
    "utf-8": lambda character: len(character.encode(errors="surrogatepass")),
    "utf-16": lambda character: 2 if character > "\uffff" else 1,
    "utf-32": lambda _: 1,
}
"""How many units a character is, by encoding (LSP 3.17, "PositionEncodingKind")."""


class Positions:
    """The positions of one text: lines and columns from 0, in the units of an encoding."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self._text = text
        self._width = _WIDTHS[encoding]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self._text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of ``offset``."""
        line = bisect_right(self._starts, offset) - 1
        before = self._text[self._starts[line] : offset]
        return line, len(before) if before.isascii() else sum(map(self._width, before))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a position; one beyond a line or the text is its end."""
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        end = _LINE_END.search(self._text, start)
        for at in range(start, end.start() if end else len(self._text)):
            if column <= 0:
                return at
            column -= self._width(self._text[at])
        return end.start() if end else len(self._text)
