"""From a workflow file to a plan, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf.config.settings import Settings
from gitwf.data.facts import FileFacts
from gitwf.diagnostics import Diagnostic, Source, has_errors
from gitwf.language.program import Program
from gitwf.plan.plan import Plan, plan
from gitwf.reconcile.examine import examine


class Prepared(msgspec.Struct, frozen=True):
    """A workflow file that was read and checked. ``plan`` is None where it must not run."""

    path: str
    program: Program
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    plan: Plan | None


def prepare(
    path: str, facts: FileFacts, settings: Settings, given: Mapping[str, str] | None = None
) -> Prepared:
    """Read, check and plan the workflow at ``path``; ``given`` are ``--set`` values as JSON."""
    found = examine(path, facts, settings, given or ())
    made = None if has_errors(found.diagnostics) else plan(found.program, facts, given or {})
    return Prepared(path, found.program, found.diagnostics, found.sources, made)
