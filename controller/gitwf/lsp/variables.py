"""Where variables come from: the places of a file that set them, and parameters."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.signature import REST, REST_NAME
from gitwf.language.walk import walk


class Origin(msgspec.Struct, frozen=True):
    """A place that gives a variable its value: its name there, and the whole of what sets it."""

    name: str
    span: Span
    whole: tree.Node


def origins(file: tree.File) -> list[Origin]:
    """Return the places of a flow that set variables, in the order of the file."""
    found = [origin for node in walk(file) for origin in _set_by(node)]
    return sorted(found, key=lambda origin: origin.span)


def _set_by(node: tree.Node) -> Iterator[Origin]:
    match node:
        case tree.Assignment() | tree.Axis():
            yield Origin(node.name, node.name_span, node)
        case tree.Redirect(variable=str(name), span=span):
            yield Origin(name, Span(span.end - len(name), span.end), node)
        case tree.Context(names=names):
            yield from (Origin(name.name, name.span, node) for name in names)
        case _:
            pass


def parameters(definition: tree.Definition) -> list[Origin]:
    """Return the parameters of a definition; the rest is called ``args``."""
    return [
        Origin(REST_NAME, p.span, p)
        if p.kind == REST
        else Origin(p.name, Span(p.span.start, p.span.start + len(p.name)), p)
        for p in definition.parameters
    ]


def origin_of(name: str, around: tuple[tree.Node, ...], file: tree.File) -> Origin | None:
    """Return what first gives ``name`` its value where ``around`` are the nodes of the place."""
    definition = next((node for node in around if isinstance(node, tree.Definition)), None)
    known = parameters(definition) if definition else origins(file)
    return next((origin for origin in known if origin.name == name), None)
