"""What the parts of a pipe need at the same time: all of it is taken before any of them begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gitwf.language import tree
from gitwf.language.walk import children

Needs = Mapping[str, float]
"""An amount of each named resource."""


def needs_of(flow: tree.Node, of: Callable[[tree.Command], Needs]) -> Needs:
    """Return what ``flow`` needs so that it can go on: the most that it takes at one time.

    ``of`` says what a command takes. Branches and trials can wait for one another, so what they
    take together is not asked for; parts of a pipe cannot.
    """
    match flow:
        case tree.Command():
            return of(flow)
        case tree.Droid(name=name):
            return of_droid(name)
        case tree.Pipeline():
            return together(needs_of(part, of) for part in flow.parts)
        case _:
            return _most(needs_of(child, of) for child in children(flow))


def together(needs: Iterable[Needs]) -> Needs:
    """Return the sum of ``needs``."""
    total: dict[str, float] = {}
    for each in needs:
        for name, amount in each.items():
            total[name] = total.get(name, 0) + amount
    return total


def of_droid(name: str) -> Needs:
    """Return what an agent at work takes: one of all agents, and one of those of its name."""
    return {"droid:": 1, f"droid:{name}": 1}


def uses_of(definition: tree.Definition) -> Needs:
    """Return what the field ``uses`` of ``definition`` says; an amount that is a value is left out."""
    field = definition.field("uses")
    pairs = (_pair(word) for word in field.words) if field else ()
    return dict(pair for pair in pairs if pair is not None)


def _pair(word: tree.Word) -> tuple[str, float] | None:
    if not all(isinstance(part, tree.Literal) for part in word.parts):
        return None
    text = "".join(part.text for part in word.parts if isinstance(part, tree.Literal))
    name, _, amount = text.partition(":")
    return name, float(amount)


def _most(needs: Iterable[Needs]) -> Needs:
    most: dict[str, float] = {}
    for each in needs:
        for name, amount in each.items():
            most[name] = max(most.get(name, 0), amount)
    return most
