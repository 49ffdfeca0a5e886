"""Expressions that stand in other text than a workflow's own."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import tree
from gitwf.language.height import is_too_high
from gitwf.language.lexer import INLINE
from gitwf.language.statements import Statements

_N = TypeVar("_N")


class Embedded(msgspec.Struct, frozen=True):
    """An expression, where it ends in its text, and what is wrong with it."""

    expression: tree.Expression
    end: int
    diagnostics: tuple[Diagnostic, ...]


def parse_embedded(path: str, text: str, start: int, offset: int) -> Embedded:
    """Parse the ``${…}`` at ``start`` of ``text``, a piece that stands at ``offset`` of a file."""
    parser = Statements(path, text)
    parser.position = start
    parser.look(INLINE)
    expression = parser.embedded(INLINE)
    if is_too_high(expression):
        hint = "make a variable of a part of it"
        expression = parser.fail("WF103", "too many operators in a row", expression.span, hint)
    diagnostics = (
        Diagnostic(d.code, d.message, d.path, _moved(d.span, offset), d.hint, d.severity)
        for d in parser.diagnostics
        if d.span.start >= start
    )
    return Embedded(_moved(expression, offset), parser.last, tuple(diagnostics))


def _moved(node: _N, by: int) -> _N:
    """Return a tree (or a span, or what stands in a tree) with all its places moved."""
    match node:
        case Span():
            return type(node)(node.start + by, node.end + by)
        case tree.Node():
            return type(node)(*(_moved(getattr(node, f), by) for f in node.__struct_fields__))
        case tuple():
            return type(node)(_moved(item, by) for item in node)
        case _:
            return node
