"""Which nodes of a tree an offset stands in, values in run lines included."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.language import tree
from gitwf.language.runline import ShellValue, parse_run_line
from gitwf.language.walk import children


def nodes_at(file: tree.File, offset: int) -> tuple[tree.Node, ...]:
    """Return the nodes that ``offset`` stands in or ends, from the file to the innermost."""
    found: list[tree.Node] = [file]
    while True:
        inner = [node for node in _below(found[-1]) if node.span.start <= offset <= node.span.end]
        if not inner:
            return tuple(found)
        found.append(inner[-1])


def _below(node: tree.Node) -> Iterator[tree.Node]:
    yield from children(node)
    if isinstance(node, tree.DefinitionField) and node.name == "run" and node.text is not None:
        line = parse_run_line(node.text.text, node.text.span.start, "")
        yield from (part.expression for part in line.parts if isinstance(part, ShellValue))
