"""Side by side or in turn: in whatever order commands end, the variables are the same, and nobody waits for ever.

No command runs and no time passes: a command lasts until the test, which knows how many can be
under way, ends it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gitwf.engine.flow.flow import Flows
from gitwf.engine.flow.state import State
from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.steps import Steps
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Outcome
from gitwf.engine.unit.scope import Scope
from gitwf.engine.unit.stop import Stop
from gitwf.engine.unit.supply import Supply
from gitwf.engine.unit.threads import spawn
from gitwf.language import tree
from gitwf.language.expand import arguments
from gitwf.language.program import load
from gitwf.plan.needs import Needs

if TYPE_CHECKING:
    from tests.property.conftest import Nowhere

DEADLINE = 60.0


class Shape(msgspec.Struct, frozen=True):
    """Commands in turn or side by side; a ``name`` is a command alone."""

    name: int = 0
    parts: tuple[Shape, ...] = ()
    beside: bool = False

    def text(self) -> str:
        """Return it in the language. Each command sets a variable of its own, and one that all set."""
        if not self.parts:
            return f"{{ $v{self.name} = /c {self.name} ; $last = $v{self.name} }}"
        inner = [part.text() for part in self.parts]
        if self.beside:
            return f"{{ fork:{len(inner)} → {' & '.join(inner)} }}"
        return f"{{ {' ; '.join(inner)} }}"

    def last(self) -> int:
        """Return what is in the variable that all set, after it."""
        return self.parts[-1].last() if self.parts else self.name

    def names(self) -> Iterator[int]:
        """Yield its commands."""
        if not self.parts:
            yield self.name
        for part in self.parts:
            yield from part.names()

    def open(self, ended: set[int]) -> set[int]:
        """Return the commands that can be under way when others have ``ended``."""
        if not self.parts:
            return {self.name} - ended
        each = [part.open(ended) for part in self.parts]
        return set().union(*each) if self.beside else next(filter(None, each), set())


class Hands:
    """Plays commands: each lasts until it is ended from outside. Keeps to the supply of its frame."""

    def __init__(self) -> None:
        self.running: dict[int, threading.Event] = {}
        self.changed = threading.Condition()

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        (argument,) = arguments(command.words, frame.scope)
        name = int(argument.text)
        with frame.supply.job({}, frame.stop):
            done = threading.Event()
            with self.changed:
                self.running[name] = done
                self.changed.notify_all()
            assert done.wait(DEADLINE)
        return Outcome(result=argument.text)

    def needs(self, _command: tree.Command) -> Needs:
        return {}

    def await_running(self, count: int) -> list[int]:
        """Return the commands that are under way, as soon as there are so many."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.running) >= count, DEADLINE)
            return sorted(self.running)

    def end(self, name: int) -> None:
        with self.changed:
            done = self.running.pop(name)
        done.set()


def _numbered(shape: Shape, start: int = 1) -> tuple[Shape, int]:
    """Return ``shape`` with a name of its own for each command, and the first number left."""
    if not shape.parts:
        return Shape(start), start + 1
    parts = []
    for part in shape.parts:
        named, start = _numbered(part, start)
        parts.append(named)
    return Shape(parts=tuple(parts), beside=shape.beside), start


SHAPES = st.recursive(
    st.just(Shape()),
    lambda inner: st.builds(
        lambda parts, beside: Shape(parts=tuple(parts), beside=beside),
        st.lists(inner, min_size=2, max_size=4),
        st.booleans(),
    ),
    max_leaves=9,
).map(lambda shape: _numbered(shape)[0])


@settings(deadline=None)
@given(shape=SHAPES, jobs=st.integers(1, 4), data=st.data())
def test_order_of_ends_changes_nothing(
    nowhere: Nowhere, shape: Shape, jobs: int, data: st.DataObject
) -> None:
    hands = Hands()
    state = State(Steps(nowhere, Memory(), Path()), nowhere, nowhere)
    block = load("a.wf", {"a.wf": shape.text()}.get).file.block
    scope = Scope(Path(), {}, (), {})
    frame = Frame(scope, Stop(), supply=Supply(jobs=jobs))
    playing = spawn(lambda: Flows(hands, nowhere, state).block(block, frame), "playing")

    ended: set[int] = set()
    while open_ := shape.open(ended):
        running = hands.await_running(min(jobs, len(open_)))
        assert len(running) <= jobs
        assert set(running) <= open_
        name = data.draw(st.sampled_from(running))
        ended.add(name)
        hands.end(name)

    assert playing.result(DEADLINE).succeeded
    expected = {f"v{name}": str(name) for name in shape.names()} | {"last": str(shape.last())}
    assert {name: str(value) for name, value in scope.variables.items()} == expected
