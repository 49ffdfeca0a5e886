"""How the commands of a file stand in a run of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from gitwf.language import tree
from gitwf.language.graph.model import State
from gitwf.language.graph.places import places


class Standing(msgspec.Struct, frozen=True):
    """How a command stands: its worst state, and all of its states for people."""

    state: State
    text: str


class Standings:
    """How each command of ``file`` stands, given the states of steps by their ids, in order."""

    def __init__(self, file: tree.File, steps: Mapping[str, State]) -> None:
        self._found = {
            node.span.start: _standing(_states(place, steps)) for node, place in places(file)
        }

    def of(self, node: tree.Node) -> Standing | None:
        """Return how ``node`` stands, or None where it is no step."""
        return self._found.get(node.span.start)


def _states(place: str, steps: Mapping[str, State]) -> Iterable[State]:
    """Return the last state in each trial or copy; what came before it were attempts."""
    pattern = re.escape(place).replace(r"\[\*\]", r"\[(\d+)\]").replace(r"\[\+\]", r"\[\d+\]")
    ids = re.compile(rf"{pattern}(?:\[\d+\])?")
    last = {
        match.groups(): state for step, state in steps.items() if (match := ids.fullmatch(step))
    }
    return last.values()


def _standing(states: Iterable[State]) -> Standing:
    counted = Counter(states)
    if not counted:
        return Standing(State.NOT_RUN, State.NOT_RUN)
    found = [state for state in State if counted[state]]
    if counted.total() == 1:
        return Standing(found[0], found[0])
    return Standing(found[0], ", ".join(f"{counted[state]} {state}" for state in found))
