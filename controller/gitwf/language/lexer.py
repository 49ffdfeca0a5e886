"""The lexer: a pattern for each mode.

A word, a condition and a run line read the same characters differently, so the parser says in
which mode the next token is to be read. A pattern skips what may stand before a token and then
matches exactly one, whatever the text is.

What never needs to be given back is not: characters repeat possessively (`++`), groups in atomic groups
(`(?>(?:…)+)`), as Python before 3.11.5 gets possessive groups wrong (https://github.com/python/cpython/issues/106052).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from gitwf.language.token import Kind

NAME = r"[A-Za-z_][A-Za-z0-9_]*+"
"""A variable's name."""

_PART = r"(?>(?:\w++|-(?!>))+)"
_FOLDER = r"(?>(?:[\w.]++|-(?!>))+)"
_BARE = r"""(?>(?:[^\s;&|<>→↳"'\\$\-]++|-(?!>))+)"""
_BARE_IN_LIST = r"""(?>(?:[^\s;&|<>→↳"'\\$\-,]++|-(?!>))+)"""

COMMAND = rf"/(?:{_PART}(?>(?::{_PART})*)|(?>(?:{_FOLDER}/)*){_FOLDER}:{_PART})(?>(?:@{_BARE})?)"
"""A command: `/name` or `/part:name`, of another folder's `dvc.yaml` `/folder/folder:name`, and of one of a group
of stages `/name@member`. An arrow ends it.
"""

_LINE_END = r"\r*+(?:\n|\Z)"
_JOINT = rf"\\{_LINE_END}"
_ESCAPED = rf"\\(?!{_LINE_END})."
_CARRIED_ON = rf"\\\r*+\n(?>(?:[ \t\r]++|\\\r*+\n)*)(?!\n|{_JOINT}|\Z)"
_SPACES = rf"[ \t\r]*+(?>(?:(?:{_JOINT}|\#[^\n]*+)[ \t\r]*+)*)"
_LINES = rf"[ \t\r\n]*+(?>(?:(?:{_JOINT}|\#[^\n]*+)[ \t\r\n]*+)*)"
_LINE_GOES_ON = rf"(?>(?:\n{_LINES}(?=&&|\||→|->|↳|=>))?)"
_JOINTS = r"(?>(?:\\\r*+\n)+)"
_DELIMITER = r"[\s;&|<>]|→|↳|->|\Z"
_WORD_ENDS = rf"(?=(?>(?:{_JOINTS})?)(?:{_DELIMITER}|\\\r*+\Z))"


Tokens = tuple[tuple[Kind, str], ...]
"""Kinds of tokens with the patterns of their texts, alternatives in groups. The first one that matches counts."""


Match = Callable[[str, int], re.Match[str] | None]
"""Matches in a text at an offset."""


class Mode:
    """How the next token is read: what is skipped before it, and which tokens there are.

    ``words`` are tokens only where a word ends behind them; they are looked for after ``first``, and ``others``
    last. The pattern has an empty group where the token begins and one where each kind of token ends: groups around
    the tokens would hide their first characters from the regular expression's engine, which goes by these.

    Compiling a pattern takes a millisecond or two, and few files need all: it waits for the first use.
    """

    def __init__(self, skip: str, first: Tokens, words: Tokens = (), others: Tokens = ()) -> None:
        self.kinds = (Kind.END, Kind.END, *(kind for kind, _ in (*first, *words, *others)))
        self._skip = skip
        self._tokens = (first, words, others)

    @cached_property
    def match(self) -> Match:
        """Match a token with what may stand before it: from group 1 to the last one that matched."""
        first, words, others = map(_either, self._tokens)
        tokens = (first, f"(?:{words}){_WORD_ENDS}" if words else "", others)
        return re.compile(f"{self._skip}()(?:{'|'.join(filter(None, tokens))})", re.DOTALL).match


class ModeAfterLines(Mode):
    """A mode that also skips the ends of lines, and then reads as another one does."""

    def __init__(self, mode: Mode) -> None:
        self.kinds = mode.kinds
        self._mode = mode

    @cached_property
    def match(self) -> Match:
        """Match as `Mode.match`."""
        lines, token = re.compile(_LINES).match, self._mode.match

        def match(text: str, at: int) -> re.Match[str] | None:
            skipped = lines(text, at)
            return token(text, skipped.end() if skipped else at)

        return match


def _either(tokens: Tokens) -> str:
    return "|".join(
        f"{pattern}(){_LINES if kind is Kind.NEWLINE else ''}" for kind, pattern in tokens
    )


_BRANCH = ((Kind.BRANCH, "↳"), (Kind.BRANCH, "=>"))
_ARROW = ((Kind.ARROW, "→"), (Kind.ARROW, "->"))
_OTHERS = (
    (Kind.NEWLINE, r"\n"),
    *_ARROW,
    (Kind.AND, "&&"),
    (Kind.OR, r"\|\|"),
    (Kind.PIPE, r"\|"),
    (Kind.BACKGROUND, "&"),
    (Kind.SEMICOLON, ";"),
    (Kind.APPEND, ">>"),
    (Kind.WRITE, ">"),
    (Kind.READ, "<"),
    (Kind.WORD, r"(?=\S)"),
    (Kind.END, r"\Z"),
    (Kind.OTHER, "."),
)
_WORDS = (
    (Kind.OPEN, r"\{"),
    (Kind.CLOSE, r"\}"),
    (Kind.PLAIN, _BARE),
    (Kind.VARIABLE, rf"\${NAME}"),
)
_STARTS = (
    *_BRANCH,
    (Kind.DIRECTIVE, r"[A-Za-z_][\w\-]*+:"),
    (Kind.ASSIGN, rf"\${NAME}[ \t]*+=(?!=|>)"),
)
_STARTING_WORDS = (
    (Kind.COMMAND, COMMAND),
    (Kind.BARRIER, "barrier"),
    (Kind.HANDLER, "on_(?:failure|success|exit)"),
    *_WORDS,
)
_EXPRESSION = (
    (Kind.OPERATOR, r"not[ \t]++in(?!\w)"),
    (Kind.OPERATOR, r"(?:or|and|in|matches)(?!\w)"),
    (Kind.OPERATOR, r"(?:&&|\|\||==|!=|<=|>=|\?\?|[<>+*/%]|-(?!>))"),
    (Kind.NAME, NAME),
    (Kind.VARIABLE, rf"\${NAME}"),
    (Kind.NUMBER, r"\d(?>(?:[eE][+\-]|[\w.])*)"),
    (Kind.NEWLINE, r"\n"),
    *_ARROW,
    *_BRANCH,
    (Kind.PUNCTUATION, r"[()\[\],.!}]"),
    (Kind.SINGLE, r"'[^'\n]*+'"),
    (Kind.QUOTE, '"'),
    (Kind.UNTERMINATED, r"'[^\n]*+"),
    (Kind.EMBED, r"\$\{"),
    (Kind.END, r"\Z"),
    (Kind.OTHER, "."),
)
_PIECES = (
    (Kind.ESCAPE, r"\$\$"),
    (Kind.ESCAPE, rf"{_JOINTS}(?!{_WORD_ENDS})"),
    (Kind.ESCAPE, _ESCAPED),
    (Kind.SINGLE, r"'[^'\n]*+'"),
    (Kind.QUOTE, '"'),
    (Kind.UNTERMINATED, r"'[^\n]*+"),
    (Kind.EMBED, r"\$\{"),
    (Kind.VARIABLE, rf"\${NAME}"),
    (Kind.OTHER, r"\$"),
)

FLOW = Mode(_SPACES + _LINE_GOES_ON, _BRANCH, _WORDS, _OTHERS)
"""Words and what stands between them."""

START = Mode(_SPACES + _LINE_GOES_ON, _STARTS, _STARTING_WORDS, _OTHERS)
"""Where a statement or a unit may begin."""

OPERAND = ModeAfterLines(START)
"""Where a unit must begin: after an operator, which a newline may follow."""

LIST = ModeAfterLines(FLOW)
"""Words after an arrow, which a newline may follow."""

EXPRESSION = Mode(_SPACES + _LINE_GOES_ON, _EXPRESSION)
"""An expression, to the end of its line."""

NESTED = ModeAfterLines(EXPRESSION)
"""An expression in parentheses or brackets, or behind an operator that a newline may follow."""

INLINE = Mode(r"[ \t\r]*+", _EXPRESSION)
"""An expression in ``${…}``, which ends on its line."""

PIECES = Mode("", ((Kind.TEXT, _BARE), *_PIECES, (Kind.END, "")))
"""The pieces of a word."""

LIST_PIECES = Mode("", ((Kind.TEXT, _BARE_IN_LIST), *_PIECES, (Kind.COMMA, ","), (Kind.END, "")))
"""The pieces of a word of a list, which a comma ends."""

QUOTED = Mode(
    "",
    (
        (Kind.TEXT, r'[^"\\$\n]++'),
        (Kind.ESCAPE, r"\$\$"),
        (Kind.ESCAPE, r'\\["\\$nt]'),
        (Kind.EMBED, r"\$\{"),
        (Kind.VARIABLE, rf"\${NAME}"),
        (Kind.QUOTE, '"'),
        (Kind.OTHER, r"[$\\]"),
        (Kind.END, ""),
    ),
)
"""What stands between double quotes."""

RESCUE = re.compile(rf"{_LINES}(catch|finally):")
"""What an arrow of an open ``try:`` may stand before."""

REST = Mode(
    r"[ \t\r]*+",
    ((Kind.VERBATIM, rf"(?>(?:[ \t\r]*+(?:[^ \t\r\n\\]++|{_ESCAPED}|{_CARRIED_ON}))*)"),),
)
"""The rest of a line, without white space at its ends; ``\\`` at its end carries it on."""


def is_name(text: str) -> bool:
    """Return whether ``text`` is a variable's name."""
    return re.fullmatch(NAME, text) is not None
