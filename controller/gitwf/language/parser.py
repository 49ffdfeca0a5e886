"""The parser: a text becomes a tree, whatever the text is, and a list of what is wrong with it.

Recursive descent by hand. Each layer of productions is a class that builds on the one below:
cursor, words, expressions, flows, options, directives, definitions, statements.
"""

from __future__ import annotations

import msgspec

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import lexer, tree
from gitwf.language.lexer import START
from gitwf.language.statements import Statements
from gitwf.language.token import Kind, Token


class Parsed(msgspec.Struct, frozen=True):
    """What a text says: its tree, what is wrong with it, and its tokens without the space between.

    `lexer.lossless` gives the space, too.
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
            lines += self.block().lines
        span = Span(0, len(self.text))
        return tree.File(span, self.path, tree.Block(span, tuple(lines)), self._comments())

    def _comments(self) -> tuple[tree.Comment, ...]:
        """Return the comments, which all stand between two tokens."""
        return tuple(
            tree.Comment(Span(token.start, token.end), self.text[token.start : token.end])
            for token in lexer.lossless(self.text, self.tokens)
            if token.kind is Kind.COMMENT
        )
