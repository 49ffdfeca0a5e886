"""Which commands a workflow may call, and what their names mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

import msgspec

from gitwf.language import tree
from gitwf.language.builtins import COMMANDS
from gitwf.language.program import Program
from gitwf.language.stagename import StageName
from gitwf.language.walk import walk
from gitwf.plan.agents import checks, told
from gitwf.plan.facts import Facts
from gitwf.plan.pipeline import REPRO, PipelineError, literal_targets, own_pipeline
from gitwf.plan.stage import Stage

OUT_FIELDS = ("outs", "metrics", "plots", "outs_no_cache", "outs_persist", "metrics_no_cache")
"""The fields of a definition that make a stage of its calls."""


class Script(msgspec.Struct, frozen=True):
    """An executable of the repository's ``commands/`` folder."""

    name: str
    path: str


Callee = tree.Definition | Stage | Script


def called(program: Program) -> tuple[str, ...]:
    """Return the names of the commands that stand in the flows of the program's file, each once.

    What agents are told is no call; what checks their work is one.
    """
    said = told(program)
    nodes = (n for n in walk(program.file.block) if isinstance(n, tree.Command))
    names = [node.name for node in nodes if id(node) not in said]
    return tuple(dict.fromkeys([*names, *(name for name, _ in checks(program))]))


def callees(program: Program, facts: Facts) -> Mapping[str, Callee]:
    """Return what each called name means, built-in commands left out.

    The order is the contract's: a definition, a stage of `dvc.yaml`, an executable of `commands/`.
    """
    scripts = facts.scripts()
    found: dict[str, Callee] = {}
    for name in called(program):
        if name in COMMANDS:
            continue
        stage = own_stage(name, facts)
        if name in program.definitions:
            found[name] = program.definitions[name].definition
        elif isinstance(stage, Stage):
            found[name] = stage
        elif name in scripts:
            found[name] = Script(name, scripts[name])
    for command in walk(program.file.block):
        if isinstance(command, tree.Command) and command.name == REPRO:
            found.update(_reproduced(command, facts))
    return found


def _reproduced(command: tree.Command, facts: Facts) -> Iterator[tuple[str, Stage]]:
    """Yield the stages that `/dvc:repro` may play, by names that no other command has."""
    with suppress(PipelineError):
        for name, stage in own_pipeline(literal_targets(command) or (), facts).items():
            if isinstance(stage, Stage):
                yield f"{REPRO} {name}", stage


def own_stage(name: str, facts: Facts) -> Stage | str | None:
    """Return the stage of a `dvc.yaml` that a command means; why it cannot be played; or None."""
    meant = StageName.of(name)
    return facts.stages(meant.folder).get(meant.name)


def effects(found: Mapping[str, Callee]) -> tuple[str, ...]:
    """Return the environments that these commands change, sorted."""
    names: set[str] = set()
    for callee in found.values():
        if isinstance(callee, tree.Definition) and (field := callee.field("effect")):
            names.update(literal_text(word) for word in field.words)
    return tuple(sorted(names))


def plays_stages(found: Mapping[str, Callee]) -> bool:
    """Return whether a call of one of these is played as a stage."""
    return any(
        any(map(callee.field, OUT_FIELDS))
        if isinstance(callee, tree.Definition)
        else isinstance(callee, Stage)
        for callee in found.values()
    )


def named_secrets(program: Program) -> frozenset[str]:
    """Return the secrets that definitions name: they go to no command that does not."""
    fields = (known.definition.field("secrets") for known in program.definitions.values())
    return frozenset(literal_text(word) for field in fields if field for word in field.words)


def literal_text(word: tree.Word) -> str:
    """Return the text of a word that holds no variable; a variable stands as ``*``."""
    return "".join(p.text if isinstance(p, tree.Literal) else "*" for p in word.parts)
