"""The cursor: where the parser stands in a text, and what it has found wrong there."""

from __future__ import annotations

from abc import ABC, abstractmethod

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import tree
from gitwf.language.characters import clean
from gitwf.language.lexer import EXPRESSION, FLOW, PIECES, Mode
from gitwf.language.lookalikes import has_lookalikes
from gitwf.language.token import Kind, Token

NESTING = 40
"""How deep groups, directives and parentheses may stand in each other."""


class Cursor(ABC):
    """A place in a text, with the token that stands there and those that were passed.

    The token at the cursor has been looked at, not taken: `look` may look at it again in another
    mode. ``position`` is where that token's white space begins, ``last`` where the token before
    it ended. `fail` reports and starts a panic, in which nothing more is reported until the statement
    has ended; `report` tells of something that the parser can read past.
    """

    kind: Kind
    start: int
    end: int
    depth: int
    """How many groups, directives and parentheses are open."""
    operators: int
    """How many operators the statement has that make its tree higher."""
    tries: int
    """How many ``try:`` of this group wait for their ``catch:`` or ``finally:``."""
    inside: Mode
    """The mode of the expression that is being parsed."""
    closed_badly: bool
    """Whether an open brace at the end of the text has been spoken of."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text, self.diagnostics = clean(path, text)
        self.has_lookalikes = has_lookalikes(self.text)
        self.tokens: list[Token] = []
        self.position = 0
        self.last = 0
        self.depth = 0
        self.operators = 0
        self.tries = 0
        self.inside = EXPRESSION
        self.panics = False
        self.closed_badly = False
        self._resume = 0
        self._reported = {d.span.start for d in self.diagnostics}

    # -- productions that stand below and are reached from above -------------------------------

    @abstractmethod
    def expression(self, mode: Mode, first: Mode | None = None) -> tree.Expression:
        """Parse an expression."""

    @abstractmethod
    def block(self) -> tree.Block:
        """Parse the statements of a file or a group."""

    @abstractmethod
    def word(self, pieces: Mode = PIECES) -> tree.Word:
        """Parse a word of several pieces."""

    @abstractmethod
    def directive(self) -> tree.Flow:
        """Parse a directive."""

    # -- moving --------------------------------------------------------------------------------

    def at_line_start(self) -> bool:
        """Return whether only white space stands before the cursor on its line."""
        line = self.text.rfind("\n", 0, self.start) + 1
        return not self.text[line : self.start].strip()

    def look(self, mode: Mode) -> None:
        """Read the token at the cursor in ``mode``."""
        match = mode.match(self.text, self.position)
        if match is None or match.lastindex is None:  # every mode matches any text
            raise AssertionError(mode)
        token = match.lastindex
        self.kind = mode.kinds[token]
        self.start = match.end(1)
        self.end = match.end(token)
        self._resume = match.end()

    def advance(self, mode: Mode = FLOW) -> None:
        """Take the token at the cursor, and look at the next one in ``mode``."""
        self.last = end = self.end
        if end > self.start:
            self.tokens.append(Token(self.kind, self.start, end))
        self.position = self._resume
        self.look(mode)

    def taken(self, kind: Kind, mode: Mode = FLOW) -> bool:
        """Take the token at the cursor if it is a ``kind``; return whether it was."""
        if self.kind is not kind:
            return False
        self.advance(mode)
        return True

    def split(self, offset: int) -> None:
        """Take the word at the cursor up to ``offset``, and look at the rest of it."""
        self.end = self._resume = offset
        self.advance()

    @property
    def lexeme(self) -> str:
        """The text of the token at the cursor."""
        return self.text[self.start : self.end]

    def since(self, start: int) -> Span:
        """Return the span from ``start`` to the end of the last token taken."""
        return Span(start, max(start, self.last))

    # -- what is wrong -------------------------------------------------------------------------

    def report(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        """Report an error, unless the parser panics or has reported one at that place."""
        if not self.panics and span.start not in self._reported:
            self._reported.add(span.start)
            self.diagnostics.append(Diagnostic(code, message, self.path, span, hint))

    def fail(self, code: str, message: str, span: Span, hint: str | None = None) -> tree.Missing:
        """Report an error, and be silent until the statement has ended."""
        self.report(code, message, span, hint)
        self.panics = True
        taken = span.end <= self.last
        return tree.Missing(span if taken else Span(self.last, self.last))

    def missing(self, what: str, hint: str | None = None) -> tree.Missing:
        """Fail because ``what`` should follow the last token and does not."""
        return self.fail("WF103", f"expected {what}", Span(self.last, self.last), hint)
