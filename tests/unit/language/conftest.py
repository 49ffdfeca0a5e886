"""The shape of a tree as a line of text, so that tables of trees can be read."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.parser import parse
from gitwf.language.value import Number

_MARKS = {tree.Quote.BARE: "", tree.Quote.SINGLE: "'", tree.Quote.DOUBLE: '"'}


def shape(node: object) -> str:
    """Return a node as `(Kind field field)`, with words and values close to their source."""
    match node:
        case tree.Word(parts=parts):
            return "+".join(map(shape, parts))
        case tree.Literal(text=text, quote=quote):
            return f"{_MARKS[quote]}{text}{_MARKS[quote]}"
        case tree.Interpolation(expression=expression, quote=quote):
            return f"{_MARKS[quote]}${{{shape(expression)}}}{_MARKS[quote]}"
        case tree.Option(key=key, value=value):
            return f"{key}:{shape(value)}"
        case tree.Name(name=name):
            return f"${name}"
        case tree.Constant(value=value):
            return value.spelling if isinstance(value, Number) else repr(value)
        case tree.Binary(operator=operator, left=left, right=right):
            return f"({shape(left)} {operator} {shape(right)})"
        case _:
            return _flow(node)


def _flow(node: object) -> str:
    match node:
        case tree.Chain(operator=operator, left=left, right=right):
            return f"({shape(left)} {operator} {shape(right)})"
        case tree.Pipeline(parts=parts):
            return f"({' | '.join(map(shape, parts))})"
        case tree.Command(name=name, words=words):
            return " ".join([f"/{name}", *map(shape, words)])
        case tree.Group(body=body):
            return f"{{ {shape(body)} }}"
        case tree.Block(lines=lines):
            return " ⏎ ".join(map(shape, lines))
        case tree.Line(items=items):
            return " ".join(map(shape, items))
        case tree.Item(statement=statement, background=background):
            return f"{shape(statement)}{' &' if background else ';'}"
        case _:
            return _other(node)


def _other(node: object) -> str:
    match node:
        case tree.Node():
            fields = [getattr(node, f.name) for f in msgspec.structs.fields(node)]
            said = [shape(field) for field in fields if not isinstance(field, Span)]
            return f"({' '.join([type(node).__name__, *said])})"
        case tuple():
            return f"[{', '.join(map(shape, node))}]"
        case _:
            return str(node)


@pytest.fixture
def shape_of() -> Callable[[str], str]:
    """The shape of a text that has no errors; its last `;` left out."""

    def parsed(text: str) -> str:
        found = parse("case.wf", text)
        assert found.diagnostics == ()
        return shape(found.file.block).removesuffix(";")

    return parsed
