"""Walking over a tree, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.language.tree import Node


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes that stand directly in ``node``, in the order of its fields."""
    for name in node.__struct_fields__:
        found = getattr(node, name)
        if isinstance(found, Node):
            yield found
        elif isinstance(found, tuple):
            yield from (item for item in found if isinstance(item, Node))


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and all nodes in it, each before those that stand in it."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(list(children(found))))
