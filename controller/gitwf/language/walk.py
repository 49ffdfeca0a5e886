"""Walking over a tree, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.language.tree import Node

_LEAVES = frozenset({"Span", "str", "str | None", "bool", "Value", "Quote", "Hole"})
"""Annotations of fields that hold no nodes."""


def children(node: Node) -> list[Node]:
    """Return the nodes that stand directly in ``node``, in the order of its fields."""
    found: list[Node] = []
    push_children(node, found)
    found.reverse()
    return found


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and all nodes in it, each before those that stand in it."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        push_children(found, waiting)


def push_children(node: Node, stack: list[Node]) -> None:
    """Put the nodes that stand directly in ``node`` onto ``stack``, the first one on top."""
    for name in _HOLDERS[type(node)]:
        below = getattr(node, name)
        if isinstance(below, tuple):
            stack += below[::-1]
        elif below is not None:
            stack.append(below)


class _Holders(dict[type[Node], tuple[str, ...]]):
    """The names of the fields that hold a node, None, or a tuple of nodes, by kind of node; the last one first."""

    def __missing__(self, kind: type[Node]) -> tuple[str, ...]:
        notes: dict[str, str] = {}
        for base in reversed(kind.__mro__):
            notes |= getattr(base, "__annotations__", {})
        names = (name for name in kind.__struct_fields__ if notes[name] not in _LEAVES)
        return self.setdefault(kind, tuple(names)[::-1])


_HOLDERS = _Holders()
