"""How high a tree is: later phases walk it recursively, so that it must have a limit."""

from __future__ import annotations

from gitwf.language.tree import Node
from gitwf.language.walk import children

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
