"""Variables that are given from outside (``--set``): which a file reads, and which it sets itself before that."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.language import tree
from gitwf.language.walk import walk

_CLOSED = (tree.Use, tree.Trigger, tree.Definition)
"""What sees no variable of the file."""


def names_read(file: tree.File) -> frozenset[str]:
    """Return the names that ``file`` reads somewhere; what its definitions read are their own parameters."""
    statements = (i.statement for line in file.block.lines for i in line.items)
    return frozenset(n for s in statements if not isinstance(s, _CLOSED) for n in _names(s))


def overwritten(file: tree.File, name: str) -> tree.Assignment | None:
    """Return the assignment after which no value that was given for ``name`` is left, if none is read before.

    None where anything may see the given value, if only in a run that fails.
    """
    first = True
    for line in file.block.lines:
        for item in line.items:
            found = item.statement
            if isinstance(found, (*_CLOSED, tree.Handler)):
                continue
            if name in _names(found):
                return None
            if isinstance(found, tree.Assignment) and found.name == name:
                is_sure = _is_sure(found, item, line, heard=_is_handled(file, name), first=first)
                return found if is_sure else None
            first = False
    return None


def _is_sure(
    found: tree.Assignment, item: tree.Item, line: tree.Line, *, heard: bool, first: bool
) -> bool:
    """Return whether the assignment is done in every run that goes on behind it, and that a handler hears of."""
    if item.background:
        return False
    cannot_fail = isinstance(found.value, tree.Constant)
    return (cannot_fail or item is line.items[-1]) and (not heard or (cannot_fail and first))


def _is_handled(file: tree.File, name: str) -> bool:
    items = (item.statement for line in file.block.lines for item in line.items)
    return any(isinstance(s, tree.Handler) and name in _names(s) for s in items)


def _names(node: tree.Node) -> Iterator[str]:
    return (found.name for found in walk(node) if isinstance(found, tree.Name))
