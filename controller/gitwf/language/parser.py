"""The parser: a text becomes a tree, whatever the text is, and a list of what is wrong with it.

Recursive descent by hand. Each layer of productions is a class that builds on the one below:
cursor, words, expressions, flows, options, directives, definitions, statements.
"""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import tree
from gitwf.language.lexer import START
from gitwf.language.recovery import SEPARATORS
from gitwf.language.statements import Statements
from gitwf.language.token import Kind, Token


class Parsed(msgspec.Struct, frozen=True):
    """What a text says: its tree, what is wrong with it, and its tokens without the space between.

    `lossless` gives the space, too.
    """

    file: tree.File
    diagnostics: tuple[Diagnostic, ...]
    tokens: tuple[Token, ...]


def parse(path: str, text: str) -> Parsed:
    """Parse ``text``, the content of the file at ``path``. Never raises.

    Where something is missing the tree has a `tree.Missing` node, which has been reported.
    """
    parser = _Parser(path, text)
    file = parser.file()
    return Parsed(file, tuple(parser.diagnostics), tuple(parser.tokens))


class _Parser(Statements):
    def file(self) -> tree.File:
        """``[ statement { sep statement } [ sep ] ]``, to the end of the text."""
        self.look(START)
        lines: list[tree.Line] = []
        while self.kind is not Kind.END:
            if self.kind is Kind.CLOSE:
                hint = "delete it, or open a group with `{`"
                self.report(
                    "WF104", "this brace was never opened", Span(self.start, self.end), hint
                )
                self.advance(START)
                if self.kind in SEPARATORS:
                    self.advance(START)
            lines += self.block().lines
        span = Span(0, len(self.text))
        return tree.File(span, self.path, tree.Block(span, tuple(lines)), self._comments())

    def _comments(self) -> tuple[tree.Comment, ...]:
        """Return the comments: what follows a ``#`` that stands in no token."""
        text, found = self.text, []
        at = text.find("#")
        while at >= 0:
            before = bisect_right(self.tokens, at, key=_start) - 1
            end = self.tokens[before].end if before >= 0 else 0
            if end <= at:
                end = _line_end(text, at)
                found.append(tree.Comment(Span(at, end), text[at:end]))
            at = text.find("#", end)
        return tuple(found)


def _start(token: Token) -> int:
    return token.start


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text.startswith("\r", end - 1) else end
