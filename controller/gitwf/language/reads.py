"""Which variables a piece of a tree reads."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.language import tree
from gitwf.language.walk import push_children


def reads(node: tree.Node) -> Iterator[tree.Name]:
    """Yield the variables that ``node`` reads and that must be set.

    What stands left of a ``??`` need not be.
    """
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, tree.Name):
            yield found
        elif isinstance(found, tree.Binary) and found.operator == "??":
            waiting.append(found.right)
        else:
            push_children(found, waiting)
