"""The commands that a workflow may call, as far as its text and the commit's files tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

import msgspec

from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts
from gitwf.engine.flow.sweep import trials
from gitwf.language import tree
from gitwf.language.arguments import ArgumentError, bind
from gitwf.language.builtins import COMMANDS
from gitwf.language.expand import arguments
from gitwf.language.program import Program
from gitwf.language.scope import ClosedScope, EvaluationError, Scope
from gitwf.language.walk import children
from gitwf.plan.calls import literal_text, own_stage
from gitwf.plan.invocation import Invocation, invoke
from gitwf.plan.pipeline import REPRO, PipelineError, literal_targets, own_pipeline
from gitwf.plan.place import LOCAL, Choice
from gitwf.plan.stage import Stage
from gitwf.reconcile.static import FixedScope


class PlannedCall(msgspec.Struct, frozen=True):
    """A call of a command. ``perhaps``: it depends on how others end, or on a condition.

    ``invocation`` None: its arguments are values that only a run has; ``args`` then have a ``*`` for
    each. ``target`` is where it would run. ``agent`` would do it; then ``name`` is no command's.
    """

    name: str
    args: tuple[str, ...]
    perhaps: bool
    target: Choice
    invocation: Invocation | None
    agent: str | None = None

    @property
    def spelling(self) -> str:
        """What is called, as records have it."""
        return f"/{self.name}" if self.agent is None else f"droid:{self.agent}"


def planned_calls(program: Program, facts: FileFacts) -> Iterator[PlannedCall]:
    """Yield the calls in the flows of ``program`` in their order, built-in commands left out."""
    place = _Place(FixedScope(facts))
    for line in program.file.block.lines:
        for item in line.items:
            if not isinstance(item.statement, tree.Definition):
                yield from _calls(item.statement, place, program, facts)


class _Place(msgspec.Struct, frozen=True):
    """Where in a flow a unit stands; ``target`` is None where no `target:` is around it."""

    scope: Scope
    perhaps: bool = False
    target: Choice | None = None

    def doubtful(self) -> _Place:
        """Return the same place, reached under a condition."""
        return msgspec.structs.replace(self, perhaps=True)


def _calls(
    node: tree.Node, place: _Place, program: Program, facts: FileFacts
) -> Iterator[PlannedCall]:
    if isinstance(node, tree.Droid) and isinstance(node.command, tree.Command):
        yield _handed_over(node.name, node.command, place)
        return
    if isinstance(node, tree.Command):
        if node.name not in COMMANDS:
            yield _call(node, place, program, facts)
        elif node.name == REPRO:
            yield from _reproduced(node, place, facts)
        return
    for child, at in _parts(node, place):
        yield from _calls(child, at, program, facts)


def _parts(node: tree.Node, place: _Place) -> Iterator[tuple[tree.Node, _Place]]:
    """Yield the parts of a unit with the places that they stand at."""
    match node:
        case tree.If() | tree.Case() | tree.Handler():
            yield from ((child, place.doubtful()) for child in children(node))
        case tree.Chain(operator="||", left=left, right=right):
            yield left, place
            yield right, place.doubtful()
        case tree.Try(body=body, catch=catch, final=final):
            yield body, place
            yield from ((part, place.doubtful()) for part in (catch,) if part)
            yield from ((part, place) for part in (final,) if part)
        case tree.Target(target=target, options=options, arm=arm):
            given = {option.key: literal_text(option.value) for option in options}
            there = Choice(literal_text(target), given)
            yield arm, msgspec.structs.replace(place, target=there)
        case tree.Sweep(arm=arm):
            for scope in _trials(node, place.scope):
                yield arm, msgspec.structs.replace(place, scope=scope)
        case _:
            yield from ((child, place) for child in children(node))


def _trials(sweep: tree.Sweep, scope: Scope) -> list[Scope]:
    """Return what the trials of a sweep see; the scope around it where its values are not known."""
    strategy = next((literal_text(o.value) for o in sweep.options if o.key == "strategy"), "grid")
    try:
        return [_Trial(found, scope) for found in trials(sweep, strategy, scope)]
    except EvaluationError:
        return [scope]


class _Trial(ClosedScope):
    """A scope with the values of one trial."""


def _call(command: tree.Command, place: _Place, program: Program, facts: FileFacts) -> PlannedCall:
    try:
        args = tuple(argument.text for argument in arguments(command.words, place.scope))
        found = _invocation(command, place.scope, program, facts)
    except (EvaluationError, ArgumentError, DataError):
        args, found = tuple(literal_text(word) for word in command.words), None
    own = found.target if found and found.target else LOCAL
    return PlannedCall(command.name, args, place.perhaps, place.target or own, found)


def _handed_over(agent: str, told: tree.Command, place: _Place) -> PlannedCall:
    try:
        words = [argument.text for argument in arguments(told.words, place.scope)]
    except EvaluationError:
        words = [literal_text(word) for word in told.words]
    args = (f"/{told.name}", *words)
    return PlannedCall("", args, place.perhaps, LOCAL, Invocation("", ""), agent)


def _reproduced(command: tree.Command, place: _Place, facts: FileFacts) -> Iterator[PlannedCall]:
    with suppress(PipelineError):
        for name, stage in own_pipeline(literal_targets(command) or (), facts).items():
            found = Invocation(name, "", stage=stage) if isinstance(stage, Stage) else None
            yield PlannedCall(name, (), place.perhaps, place.target or LOCAL, found)


def _invocation(
    command: tree.Command, scope: Scope, program: Program, facts: FileFacts
) -> Invocation:
    if command.name in program.definitions:
        definition = program.definitions[command.name].definition
        values = bind(definition, command, scope)
        return invoke(definition, values, ClosedScope(values, scope))
    stage = own_stage(command.name, facts)
    return Invocation(command.name, "", stage=stage if isinstance(stage, Stage) else None)


def effects_of(program: Program) -> Mapping[str, str]:
    """Return the environments that commands change, by the command's name."""
    fields = ((name, d.definition.field("effect")) for name, d in program.definitions.items())
    return {name: literal_text(field.words[0]) for name, field in fields if field and field.words}
