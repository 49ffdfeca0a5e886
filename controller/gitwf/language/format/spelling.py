"""Spelling: tokens become pieces, each as it is to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import msgspec

from gitwf.language.format.piece import Piece, Side
from gitwf.language.token import Kind, Token


class Marks(msgspec.Struct, frozen=True):
    """How the arrow and the branch mark are written."""

    arrow: str
    branch: str


UNICODE = Marks("→", "↳")
ASCII = Marks("->", "=>")

_LINE_ENDS = frozenset({Kind.NEWLINE, Kind.CLOSE, Kind.END})
_LOOSE = frozenset(
    {
        *(Kind.ARROW, Kind.BRANCH, Kind.AND, Kind.OR, Kind.PIPE, Kind.WRITE, Kind.APPEND),
        *(Kind.SEMICOLON, Kind.BACKGROUND, Kind.OPEN, Kind.CLOSE, Kind.ASSIGN, Kind.OPERATOR),
    }
)
_OPERANDS = frozenset({Kind.NAME, Kind.VARIABLE, Kind.NUMBER, Kind.SINGLE, Kind.QUOTE})
_BEFORE_A_FLOW = frozenset({"try:", "catch:", "finally:"})
_RESERVED = frozenset({"true", "false", "null", "not", "and", "or", "in", "matches"})
_SIDES = {
    **dict.fromkeys("([!", (Side.AS_WRITTEN, Side.TIGHT)),
    **dict.fromkeys(")]}", (Side.TIGHT, Side.AS_WRITTEN)),
    ",": (Side.TIGHT, Side.LOOSE),
    ".": (Side.TIGHT, Side.TIGHT),
}
_LINE_END = re.compile(r"\r+\n")


def spelled(text: str, tokens: Iterable[Token], marks: Marks) -> list[Piece]:
    """Return ``tokens`` as they are to be written, without newlines and needless semicolons."""
    speller = _Speller(text, marks)
    begins = False
    for token, following in pairwise((*tokens, Token(Kind.END, len(text), len(text)))):
        if token.kind is Kind.NEWLINE:
            begins = True
        elif token.kind is not Kind.SEMICOLON or following.kind not in _LINE_ENDS:
            speller.take(token, following, begins=begins)
            begins = False
    return speller.pieces


class _Speller:
    """What has been written, and in what the next token stands."""

    def __init__(self, text: str, marks: Marks) -> None:
        self.pieces: list[Piece] = []
        self._text = text
        self._marks = {Kind.ARROW: marks.arrow, Kind.BRANCH: marks.branch}
        self._open: list[Kind] = []
        """The ``${`` and ``"`` that are not closed yet."""
        self._last = ""
        """The token before, if it was one of an expression."""
        self._ends_operand = False
        self._in_axes = False

    def take(self, token: Token, following: Token, *, begins: bool) -> None:
        """Write ``token``, which stands before ``following``."""
        kind, start, end = token.kind, token.start, token.end
        lexeme = self._text[start:end]
        called = self._text.startswith("(", following.start)
        before, after = self._sides(kind, lexeme)
        written = self._written(kind, lexeme, called=called)
        self.pieces.append(Piece(kind, written, start, end, before, after, begins))
        self._enter(kind, lexeme)

    # -- spelling ------------------------------------------------------------------------------

    def _written(self, kind: Kind, lexeme: str, *, called: bool) -> str:
        match kind:
            case Kind.ARROW | Kind.BRANCH:
                return self._marks[kind]
            case Kind.ASSIGN:
                return f"{lexeme[:-1].rstrip()} ="
            case Kind.OPERATOR:
                return " ".join(lexeme.split())
            case Kind.NAME if not called:
                return self._name(lexeme)
            case Kind.VARIABLE if self._open[-1:] == [Kind.EMBED] and lexeme[1:] not in _RESERVED:
                return lexeme[1:]
            case Kind.ESCAPE | Kind.VERBATIM:
                return _LINE_END.sub("\n", lexeme)
            case _:
                return lexeme

    def _name(self, name: str) -> str:
        """Return a name that is no function's: with a dollar if it is a variable's outside ``${}``."""
        if self._open or self._last == "." or name in _RESERVED:
            return name
        return f"${name}"

    # -- spacing -------------------------------------------------------------------------------

    def _sides(self, kind: Kind, lexeme: str) -> tuple[Side, Side]:
        """Return what stands before and after a token on its line."""
        match kind:
            case Kind.DIRECTIVE:
                after = Side.LOOSE if lexeme in _BEFORE_A_FLOW else Side.TIGHT
                return Side.AS_WRITTEN, after
            case Kind.EMBED:
                return Side.AS_WRITTEN, Side.TIGHT
            case Kind.COMMA:
                return Side.TIGHT, Side.TIGHT if self._in_axes else Side.LOOSE
            case Kind.OPERATOR if not self._ends_operand:
                return Side.AS_WRITTEN, Side.TIGHT
            case Kind.PUNCTUATION:
                return self._sides_of_punctuation(lexeme)
            case Kind.NAME if self._is_not(lexeme):
                return Side.AS_WRITTEN, Side.LOOSE
            case _:
                side = Side.LOOSE if kind in _LOOSE else Side.AS_WRITTEN
                return side, side

    def _sides_of_punctuation(self, lexeme: str) -> tuple[Side, Side]:
        before, after = _SIDES[lexeme]
        if lexeme in "([" and self._ends_operand:
            before = Side.TIGHT
        elif lexeme == "." and self._last[:1].isdigit():
            before = Side.LOOSE  # `1 .x` is a field of a number, `1.x` would be no number
        return before, after

    def _is_not(self, name: str) -> bool:
        return name == "not" and self._last != "."

    # -- what the next token stands in ---------------------------------------------------------

    def _enter(self, kind: Kind, lexeme: str) -> None:
        match kind:
            case Kind.EMBED:
                self._open.append(kind)
            case Kind.QUOTE if self._open[-1:] == [kind]:
                self._open.pop()
            case Kind.QUOTE:
                self._open.append(kind)
            case Kind.PUNCTUATION if lexeme == "}":
                self._open.pop()
            case Kind.DIRECTIVE | Kind.ARROW | Kind.BRANCH:
                self._in_axes = lexeme == "sweep:"
            case _:
                pass
        is_name = kind is Kind.NAME
        closes = kind is Kind.PUNCTUATION and lexeme in ")]}"
        self._ends_operand = closes or (
            kind in _OPERANDS and not (is_name and self._is_not(lexeme))
        )
        self._last = lexeme if is_name or kind in {Kind.NUMBER, Kind.PUNCTUATION} else ""
