"""How high a tree is: later phases walk it recursively, so that it must have a limit."""

from __future__ import annotations

import msgspec

from gitwf.language.tree import Node

HEIGHT = 200
"""How many nodes may stand above each other in one statement."""


def is_too_high(node: Node) -> bool:
    """Return whether more than `HEIGHT` nodes stand above each other in ``node``."""
    level: list[Node] = [node]
    for _ in range(HEIGHT):
        level = [child for parent in level for child in children(parent)]
        if not level:
            return False
    return True


def children(node: Node) -> list[Node]:
    """Return the nodes that stand directly in ``node``, in their order."""
    found: list[Node] = []
    for field in msgspec.structs.fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, Node)]
    return found
