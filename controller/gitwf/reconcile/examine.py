"""What is wrong with a workflow file, as far as can be seen. Runs nothing of the repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gitwf.config.settings import Settings
from gitwf.data.errors import BrokenFileError, DataError
from gitwf.data.facts import FileFacts
from gitwf.diagnostics import Diagnostic, Source, Span, ordered
from gitwf.language import tree
from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import Program, load
from gitwf.plan.agents import agents, told
from gitwf.plan.calls import callees, own_stage, plays_stages
from gitwf.plan.pipeline import REPRO, PipelineError, literal_targets, own_pipeline
from gitwf.reconcile.params import absent_params
from gitwf.reconcile.static import disagreements
from gitwf.reconcile.tracking import with_tracking

_STAGES, _LOCK = "dvc.yaml", "dvc.lock"


class Examined(msgspec.Struct, frozen=True):
    """A workflow file that was read and checked, with the texts that its diagnostics point into."""

    path: str
    program: Program
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def examine(path: str, facts: FileFacts, settings: Settings, given: Iterable[str] = ()) -> Examined:
    """Read and check the workflow at ``path``; ``given`` are the names that ``--set`` sets."""
    program = load(path, facts.text)
    found = list(program.diagnostics)
    try:
        around = _with_called(surroundings(facts, settings, frozenset(given)), program, facts)
        if program.own(tree.Droid):
            from gitwf.droids.check import check_limits

            known = agents(facts)
            around = msgspec.structs.replace(around, droids=frozenset(known))
            found += check_limits(program, known, settings)
        found += check(program, with_tracking(around, program, facts))
        found += _unplayable(program, facts)
        found += disagreements(program, facts)
        found += absent_params(program, facts)
        if plays_stages(callees(program, facts)) and (problem := facts.lock_problem()):
            found.append(_broken(problem, _LOCK, program, facts))
    except DataError as error:
        found.append(_broken(error, _STAGES, program, facts))
    return Examined(path, program, tuple(ordered(found)), program.sources)


def surroundings(
    facts: FileFacts, settings: Settings, variables: frozenset[str] = frozenset()
) -> Surroundings:
    """Return what the checker may know of the repository, but for what is tracked there.

    Raises:
        DataError: if `dvc.yaml` cannot be read.
    """
    return Surroundings(
        stages=frozenset(facts.stages()),
        scripts=frozenset(facts.scripts()),
        unfit=facts.unfit_scripts(),
        targets=frozenset(settings.target),
        environments=frozenset(settings.env) if settings.env else None,
        secrets=frozenset(settings.secrets),
        variables=variables,
    )


def _with_called(around: Surroundings, program: Program, facts: FileFacts) -> Surroundings:
    """Return ``around`` with the stages of other folders that ``program`` calls."""
    called = {command.name for command in program.own(tree.Command) if ":" in command.name}
    there = {name for name in called if own_stage(name, facts) is not None}
    return msgspec.structs.replace(around, stages=around.stages | there) if there else around


def _unplayable(program: Program, facts: FileFacts) -> list[Diagnostic]:
    """Report calls of the repository's own stages that this version cannot play."""
    found = []
    said = told(program)
    for command in (c for c in program.own(tree.Command) if id(c) not in said):
        path, span = program.file.path, command.name_span
        try:
            unplayable = dict(_refused(command, program, facts))
        except PipelineError as error:
            found.append(Diagnostic("WF202", f"`/{REPRO}`: {error}", path, span))
            continue
        for name, why in unplayable.items():
            message = f"the stage `{name}` of `dvc.yaml` cannot be played: {why}"
            hint = "mend it there, or run it with `dvc repro`"
            found.append(Diagnostic("WF109", message, path, span, hint))
    return found


def _refused(
    command: tree.Command, program: Program, facts: FileFacts
) -> Iterator[tuple[str, str]]:
    """Yield the stages that a command plays and that cannot be played, and why.

    Raises:
        PipelineError: if there are no such stages.
    """
    name = command.name
    if name == REPRO:
        stages = own_pipeline(literal_targets(command) or (), facts)
    else:
        stages = {} if name in program.definitions else {name: own_stage(name, facts) or ""}
    yield from ((name, why) for name, why in stages.items() if isinstance(why, str) and why)


def _broken(error: DataError, path: str, program: Program, facts: FileFacts) -> Diagnostic:
    source = program.sources[path] = Source(path, facts.text(path) or "")
    line = error.line if isinstance(error, BrokenFileError) else None
    at = sum(len(before) + 1 for before in source.text.split("\n")[: (line or 1) - 1])
    return Diagnostic("WF103", error.message, path, Span(at, at), error.hint or "mend it first")
