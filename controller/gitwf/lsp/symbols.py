"""The outline of a file: what asks for it, what it defines, what it sets, what handles its end."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.signature import signature
from gitwf.lsp.reading import Reading


class Kind(StrEnum):
    """What a symbol is."""

    TRIGGER = "trigger"
    COMMAND = "command"
    VARIABLE = "variable"
    HANDLER = "handler"


class Symbol(msgspec.Struct, frozen=True):
    """A named part of a file: all of it, and where its name stands."""

    name: str
    kind: Kind
    span: Span
    name_span: Span


def symbols(reading: Reading) -> list[Symbol]:
    """Return the symbols of the file, in its order."""
    block = reading.program.file.block
    statements = (item.statement for line in block.lines for item in line.items)
    return [symbol for statement in statements if (symbol := _symbol(statement))]


def _symbol(statement: tree.Statement) -> Symbol | None:
    span = statement.span
    match statement:
        case tree.Trigger(event=event):
            return Symbol(f"on:{event}", Kind.TRIGGER, span, span)
        case tree.Definition(name=name, name_span=name_span) if name:
            return Symbol(signature(statement).text, Kind.COMMAND, span, name_span)
        case tree.Assignment(name=name, name_span=name_span):
            return Symbol(f"${name}", Kind.VARIABLE, span, name_span)
        case tree.Handler(kind=kind):
            return Symbol(kind, Kind.HANDLER, span, Span(span.start, span.start + len(kind)))
        case _:
            return None
