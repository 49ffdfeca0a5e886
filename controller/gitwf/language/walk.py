"""Walking over a tree, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from inspect import get_annotations

from gitwf.language.tree import Node

_LEAVES = frozenset({"Span", "str", "str | None", "bool", "Value", "Quote"})
"""Annotations of fields that hold no nodes."""


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes that stand directly in ``node``, in the order of its fields."""
    for name in _fields(type(node)):
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
        below = list(children(found))
        below.reverse()
        waiting += below


@cache
def _fields(kind: type[Node]) -> tuple[str, ...]:
    """Return the names of the fields that may hold nodes."""
    notes: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        notes |= get_annotations(base)
    return tuple(name for name in kind.__struct_fields__ if notes[name] not in _LEAVES)
