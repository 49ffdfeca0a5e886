"""Where definitions are called, and which of those calls meet: at once, in turn or never."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum, auto

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.program import Program
from gitwf.language.value import Number
from gitwf.language.walk import children, walk


class Turn(StrEnum):
    """How the places behind a mark relate to each other."""

    CHOICE = auto()
    """Only one of them runs."""
    PARALLEL = auto()
    """They run at once."""
    COPIES = auto()
    """There is one place, which runs several times."""
    BLOCK = auto()
    """They run in order, but for background jobs."""


class Mark(msgspec.Struct, frozen=True):
    """A turn on the way from the file to a call: at which node, and which way.

    ``background`` and ``joins`` are of items of a block: whether it is a job, and how many
    barriers stand before it. The rest is of copies: the names that may differ between them, one
    that does, and whether they may run at the same time.
    """

    turn: Turn
    node: Span
    position: int = 0
    background: bool = False
    joins: int = 0
    varies: frozenset[str] = frozenset()
    by: str = "index"
    at_once: bool = False


class Site(msgspec.Struct, frozen=True):
    """A call of a definition, with the way to it."""

    definition: tree.Definition
    command: tree.Command
    way: tuple[Mark, ...]

    @property
    def copies(self) -> Iterator[Mark]:
        """The marks by which this call is there several times."""
        return (mark for mark in self.way if mark.turn is Turn.COPIES)


class Meeting(StrEnum):
    """How two calls of one file relate in a run."""

    NEVER = auto()
    IN_TURN = auto()
    AT_ONCE = auto()


def sites(program: Program) -> Iterator[Site]:
    """Yield all calls of definitions in the program's own file, in its order."""
    return _Finder(program).below(program.file.block, ())


def meeting(one: Site, other: Site) -> Meeting:
    """Return how two calls meet in one run."""
    repeated = at_once = False
    for a, b in zip(one.way, other.way, strict=False):
        if a == b:
            repeated = repeated or a.turn is Turn.COPIES
            at_once = at_once or a.at_once
            continue
        if a.node == b.node:
            return _parted(a, b, repeated=repeated, at_once=at_once)
        break
    return Meeting.AT_ONCE if at_once else Meeting.IN_TURN


def _parted(a: Mark, b: Mark, *, repeated: bool, at_once: bool) -> Meeting:
    first = min(a, b, key=lambda mark: mark.position)
    job = a.turn is Turn.BLOCK and first.background and a.joins == b.joins
    if at_once or a.turn is Turn.PARALLEL or job:
        return Meeting.AT_ONCE
    if a.turn is Turn.CHOICE and not repeated:
        return Meeting.NEVER
    return Meeting.IN_TURN


class _Finder:
    """Goes through a file from the top, and keeps the way to where it is."""

    def __init__(self, program: Program) -> None:
        self._definitions = program.definitions
        self._barriers = [barrier.span.start for barrier in program.own(tree.Barrier)]

    def below(self, node: tree.Node, way: tuple[Mark, ...]) -> Iterator[Site]:
        """Yield the calls in ``node``, to which ``way`` leads."""
        match node:
            case tree.Command(name=name):
                if defined := self._definitions.get(name):
                    yield Site(defined.definition, node, way)
            case tree.Definition() | tree.Droid() | tree.Word():
                pass
            case tree.Block():
                yield from self._in_block(node, way)
            case tree.Sweep():
                yield from self.below(node.arm, (*way, *_trials(node)))
            case tree.Fork(branches=(arm,)):
                yield from self.below(arm, (*way, *_copies(node, arm)))
            case tree.Fork(branches=several) | tree.Pipeline(parts=several):
                yield from self._each(Turn.PARALLEL, node.span, several, way)
            case tree.If() | tree.Case():
                arms = [child for child in children(node) if not isinstance(child, tree.Expression)]
                yield from self._each(Turn.CHOICE, node.span, arms, way)
            case _:
                for child in children(node):
                    yield from self.below(child, way)

    def _each(
        self, turn: Turn, node: Span, places: Sequence[tree.Node], way: tuple[Mark, ...]
    ) -> Iterator[Site]:
        for position, place in enumerate(places):
            yield from self.below(place, (*way, Mark(turn, node, position)))

    def _in_block(self, block: tree.Block, way: tuple[Mark, ...]) -> Iterator[Site]:
        joins = 0
        items = [item for line in block.lines for item in line.items]
        for position, item in enumerate(items):
            joins += any(item.span.start <= at < item.span.end for at in self._barriers)
            joined = -1 if isinstance(item.statement, tree.Handler) else joins
            mark = Mark(Turn.BLOCK, block.span, position, item.background, joined)
            yield from self.below(item.statement, (*way, mark))


def _trials(sweep: tree.Sweep) -> Iterator[Mark]:
    """Yield the mark of a sweep, unless it has one trial."""
    values = [value for axis in sweep.axes for value in axis.values]
    if len(values) == len(sweep.axes) and None not in map(literal, values):
        return
    in_turn = any(o.key == "max" and literal(o.value) == "1" for o in sweep.options)
    names = [axis.name for axis in sweep.axes]
    varies = frozenset({"index", *names, *_set_in(sweep.arm)})
    yield Mark(Turn.COPIES, sweep.span, varies=varies, by=names[0], at_once=not in_turn)


def _copies(fork: tree.Fork, arm: tree.Flow) -> Iterator[Mark]:
    """Yield the mark of a fork with one branch, unless there is one copy of it."""
    match fork.count:
        case tree.Constant(value=Number(decimal=count)) if count == 1:
            return
        case _:
            varies = frozenset({"index", *_set_in(arm)})
            yield Mark(Turn.COPIES, fork.span, varies=varies, at_once=True)


def _set_in(arm: tree.Flow) -> Iterator[str]:
    """Yield what may differ between copies besides what tells them apart: what each one sets."""
    yield from ("result", "status", "error")
    for node in walk(arm):
        match node:
            case tree.Assignment(name=name) | tree.Redirect(variable=str() as name):
                yield name
            case tree.Context(names=names):
                yield from (given.name for given in names)
            case _:
                pass
