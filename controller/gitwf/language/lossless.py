"""The tokens of a text with all that stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gitwf.language.token import Kind, Token

_TRIVIA = {
    " ": Kind.SPACE,
    "\t": Kind.SPACE,
    "\r": Kind.SPACE,
    "\\": Kind.SPACE,
    "\n": Kind.NEWLINE,
}
_GAP = re.compile(r"#[^\n]*|\n|(?:[ \t\r]|\\\r*(?:\n|\Z))+|[^#\n \t\r]+")


def lossless(text: str, tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield ``tokens`` with all that stands between them: together they are ``text``."""
    at = 0
    for token in tokens:
        yield from _gap(text, at, token.start)
        yield token
        at = token.end
    yield from _gap(text, at, len(text))


def _gap(text: str, start: int, end: int) -> Iterator[Token]:
    while start < end:
        match = _GAP.match(text, start, end)
        stop = match.end() if match else end
        kind = Kind.COMMENT if text[start] == "#" else _TRIVIA.get(text[start], Kind.OTHER)
        yield Token(kind, start, stop)
        start = stop
