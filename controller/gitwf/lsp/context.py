"""What could be written at an offset, told from the tokens before it: it may be half a statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from gitwf.language.parser import parse
from gitwf.language.token import Kind, Token


class Wanted(StrEnum):
    """What could be written."""

    STATEMENT = "statement"
    FLOW = "flow"
    VALUE = "value"
    """A flow or an expression."""
    COMMAND = "command"
    PARAMETER = "parameter"
    OPTION = "option"
    EVENT = "event"
    FIELD = "field"
    TYPE = "type"
    VARIABLE = "variable"
    EXPRESSION = "expression"
    NOTHING = "nothing"


class Context(msgspec.Struct, frozen=True):
    """What could be written, of which command or directive, and what of it is there already."""

    wanted: Wanted
    typed: str = ""
    of: str = ""


_VARIABLE = re.compile(r"(?<![\\$])(?:\$\$)*(\$[A-Za-z_]?\w*)\Z")
_EMBEDDED = re.compile(r"(?<![\\$])(?:\$\$)*\$\{[^}\n]*?(\w*)\Z")
_WORD = re.compile(r"\S*\Z")
_NAME = re.compile(r"\w*\Z")
_BOUNDARIES = {
    Kind.NEWLINE: Wanted.STATEMENT,
    Kind.SEMICOLON: Wanted.STATEMENT,
    Kind.BACKGROUND: Wanted.STATEMENT,
    Kind.OPEN: Wanted.STATEMENT,
    Kind.ARROW: Wanted.FLOW,
    Kind.AND: Wanted.FLOW,
    Kind.OR: Wanted.FLOW,
    Kind.PIPE: Wanted.FLOW,
    Kind.HANDLER: Wanted.NOTHING,
    Kind.ASSIGN: Wanted.VALUE,
    Kind.BRANCH: Wanted.NOTHING,
}
"""The tokens behind which something new begins, with what may begin there."""


def context(text: str, offset: int) -> Context:
    """Return what could be written at ``offset`` of ``text``."""
    before = text[:offset]
    parsed = parse("", before)
    if any(comment.span.end == offset for comment in parsed.file.comments):
        return Context(Wanted.NOTHING)
    if match := _EMBEDDED.search(before):
        return Context(Wanted.EXPRESSION, match[1])
    if match := _VARIABLE.search(before):
        return Context(Wanted.VARIABLE, match[1])
    return _Reader(before, parsed.tokens).context()


class _Reader:
    def __init__(self, before: str, tokens: Sequence[Token]) -> None:
        self._text = before
        self._typed = _WORD.findall(before)[0]
        finished = len(before) - len(self._typed)
        self._tokens = [token for token in tokens if token.end <= finished]

    def context(self) -> Context:
        """Return what the tokens before the word that is being typed ask for."""
        at = self._boundary()
        head = self._tokens[at + 1 :]
        begins = _BOUNDARIES[self._tokens[at].kind] if at >= 0 else Wanted.STATEMENT
        if self._begins_line() and not head:
            begins = Wanted.STATEMENT
        inside = self._branch_of(at)
        if inside == "define:":
            is_name = self._tokens[at].kind is Kind.BRANCH and not head
            return Context(Wanted.FIELD if is_name else Wanted.NOTHING, self._typed)
        if head:
            return self._behind(head)
        return self._first(begins)

    def _boundary(self) -> int:
        places = (n for n, token in enumerate(self._tokens) if token.kind in _BOUNDARIES)
        return max(places, default=-1)

    def _begins_line(self) -> bool:
        line = self._text.rpartition("\n")[2]
        return not line[: len(line) - len(self._typed)].strip()

    def _branch_of(self, at: int) -> str:
        """Return the directive whose branch the boundary ``at`` stands on, if it is on one."""
        on_line = [n for n in range(at + 1) if self._tokens[n].kind is Kind.BRANCH]
        if not on_line or "\n" in self._text[self._tokens[on_line[-1]].start :]:
            return ""
        heads = (self._lexeme(t) for t in self._tokens[: on_line[-1]] if t.kind is Kind.DIRECTIVE)
        return next((h for h in reversed(list(heads)) if h in {"define:", "case:"}), "")

    def _lexeme(self, token: Token) -> str:
        return self._text[token.start : token.end]

    def _first(self, begins: Wanted) -> Context:
        """Return what the first word of a statement or flow could be."""
        if self._typed.startswith("/"):
            return Context(Wanted.COMMAND, self._typed)
        if self._typed.startswith("on:"):
            return Context(Wanted.EVENT, self._typed.removeprefix("on:"))
        if begins is Wanted.STATEMENT and self._typed.startswith(("if:", "case:")):
            return Context(Wanted.EXPRESSION, _NAME.findall(self._typed)[0])
        return Context(begins, self._typed)

    def _behind(self, head: Sequence[Token]) -> Context:
        """Return what could follow the words that a unit has already."""
        first = self._lexeme(head[0])
        match head[0].kind, first:
            case Kind.COMMAND, _:
                return Context(Wanted.PARAMETER, self._typed, first[1:])
            case Kind.DIRECTIVE, "define:":
                _, colon, kind = self._typed.partition(":")
                return Context(Wanted.TYPE, kind) if colon else Context(Wanted.NOTHING)
            case Kind.DIRECTIVE, "on:":
                event = "".join(map(self._lexeme, head[:2]))
                return Context(Wanted.OPTION, self._typed, event)
            case Kind.DIRECTIVE, "if:" | "case:":
                return Context(Wanted.EXPRESSION, _NAME.findall(self._typed)[0])
            case Kind.DIRECTIVE | Kind.BARRIER, _:
                return Context(Wanted.OPTION, self._typed, first)
            case _:
                return Context(Wanted.NOTHING)
