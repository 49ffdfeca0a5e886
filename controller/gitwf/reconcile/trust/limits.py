"""What a workflow would use that its branch may not: targets, secrets, variables for agents."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from gitwf.config.settings import Droid, Limits, Settings
from gitwf.engine.jobs.environment import sources
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.program import Program
from gitwf.language.signature import DVC
from gitwf.plan.calls import named_secrets
from gitwf.plan.place import Choice
from gitwf.reconcile.trust.policy import fits


def overreach(program: Program, settings: Settings, limits: Limits) -> str | None:
    """Return the first thing that ``program`` would use and may not, as a sentence, or None."""
    return next(_found(program, settings, limits), None)


def _found(program: Program, settings: Settings, limits: Limits) -> Iterator[str]:
    if limits.targets is not None:
        yield from _targets(program, limits.targets)
    if limits.secrets is not None:
        yield from _secrets(program, settings, limits.secrets)
        yield from _of_dvc(program, limits.secrets)
        if program.own(tree.Droid):
            yield from _variables(settings, limits.secrets)


def _targets(program: Program, allowed: tuple[str, ...]) -> Iterator[str]:
    for word in _places(program):
        name = literal(word)
        if name is None:
            yield "it names a target by a value, and its branch may use certain ones only"
            continue
        choice = Choice(name)
        if not (choice.is_local or fits(choice.instance or choice.kind, allowed)):
            yield f"its branch may not use the target `{name}`"


def _places(program: Program) -> Iterator[tree.Word]:
    """Yield the words that name targets."""
    yield from (node.target for node in program.own(tree.Target))
    for known in program.definitions.values():
        field = known.definition.field("target")
        yield from field.words[:1] if field else ()


def _secrets(program: Program, settings: Settings, allowed: tuple[str, ...]) -> Iterator[str]:
    """Yield secrets by their names, and by those of the variables that `wf.toml` takes them from."""
    origins = sources(settings.secrets)
    for name in sorted(named_secrets(program)):
        for each in dict.fromkeys((name, origins.get(name, name))):
            if not fits(each, allowed):
                yield f"its branch may not use the secret `{each}`"


def _of_dvc(program: Program, allowed: tuple[str, ...]) -> Iterator[str]:
    """Yield commands that are DVC, which gets whatever its remotes may need."""
    if "*" in allowed:
        return
    for name in sorted({command.name for command in program.own(tree.Command)} & DVC):
        yield f"`/{name}` gets all secrets, and its branch may use certain ones only"


def _variables(settings: Settings, allowed: tuple[str, ...]) -> Iterator[str]:
    """Yield what agents would get of the controller's environment beyond the secrets of their branch."""
    tables: tuple[Droid, ...] = (settings.droid, *settings.droids.values())
    for glob in (glob for table in tables for glob in table.env or ()):
        if not any(fnmatchcase(glob, each) for each in allowed):
            yield f"its branch may not give agents the variables `{glob}`"
