"""From a workflow file to a plan, or to what is wrong with it. Runs nothing of the repository."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf.config.load import load as load_settings
from gitwf.config.settings import Settings
from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts
from gitwf.diagnostics import Diagnostic, Source, Span, has_errors, ordered
from gitwf.language import tree
from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import Program, load
from gitwf.language.walk import walk
from gitwf.plan.plan import Plan, plan
from gitwf.plan.stage import Stage

SETTINGS = "wf.toml"


class Prepared(msgspec.Struct, frozen=True):
    """A workflow file that was read and checked. ``plan`` is None where it must not run."""

    path: str
    program: Program
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    plan: Plan | None


class Configured(msgspec.Struct, frozen=True):
    """The settings of a commit; the defaults where `wf.toml` is missing or has errors."""

    settings: Settings
    diagnostics: tuple[Diagnostic, ...]
    source: Source


def configure(facts: FileFacts) -> Configured:
    """Return the settings that ``facts`` hold."""
    text = facts.text(SETTINGS) or ""
    loaded = load_settings(text, SETTINGS)
    return Configured(loaded.settings, loaded.diagnostics, Source(SETTINGS, text))


def surroundings(
    facts: FileFacts, settings: Settings, variables: frozenset[str] = frozenset()
) -> Surroundings:
    """Return what the checker may know of the repository.

    Raises:
        DataError: if `dvc.yaml` cannot be read.
    """
    return Surroundings(
        stages=frozenset(facts.stages()),
        scripts=frozenset(facts.scripts()),
        targets=frozenset(settings.target),
        environments=frozenset(settings.env) if settings.env else None,
        secrets=frozenset(settings.secrets),
        variables=variables,
    )


def prepare(
    path: str, facts: FileFacts, settings: Settings, given: Mapping[str, str] | None = None
) -> Prepared:
    """Read, check and plan the workflow at ``path``; ``given`` are ``--set`` values as JSON."""
    program = load(path, facts.text)
    found = list(program.diagnostics)
    try:
        around = surroundings(facts, settings, frozenset(given or ()))
        found += check(program, around)
        found += _unplayable(program, facts)
    except DataError as error:
        found.append(_broken_stages(error, program, path))
    diagnostics = tuple(ordered(found))
    made = None if has_errors(diagnostics) else plan(program, facts, given or {})
    return Prepared(path, program, diagnostics, program.sources, made)


def _unplayable(program: Program, facts: FileFacts) -> list[Diagnostic]:
    """Report calls of the repository's own stages that this version cannot play."""
    found = []
    stages = facts.stages()
    for node in walk(program.file):
        if not isinstance(node, tree.Command) or node.name in program.definitions:
            continue
        reason = stages.get(node.name)
        if reason is not None and not isinstance(reason, Stage):
            message = f"the stage `{node.name}` of `dvc.yaml` cannot be played: {reason}"
            found.append(
                Diagnostic(
                    "WF109", message, program.file.path, node.name_span, "run it with `dvc repro`"
                )
            )
    return found


def _broken_stages(error: DataError, program: Program, path: str) -> Diagnostic:
    message = f"`dvc.yaml` cannot be read: {error.message}"
    if path not in program.sources:
        program.sources[path] = Source(path, "")
    return Diagnostic("WF103", message, path, Span(0, 0), error.hint or "mend `dvc.yaml` first")
