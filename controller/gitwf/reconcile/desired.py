"""What the head of a branch asks for: its workflows, prepared."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf.config.settings import Settings
from gitwf.diagnostics import Diagnostic, Severity, Source, has_errors
from gitwf.plan.trigger import CommitTrigger, commit_triggers
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import Configured, configure
from gitwf.reconcile.decide import Desired, Head
from gitwf.reconcile.history import History
from gitwf.reconcile.hold import hold_of_plan
from gitwf.reconcile.prepare import Prepared, prepare


class Asked(msgspec.Struct, frozen=True):
    """A head, with the prepared workflows by path and the settings of its commit."""

    head: Head
    prepared: Mapping[str, Prepared]
    settings: Settings


def asked(clone: Clone, branch: str, commit: str) -> Asked:
    """Return what ``commit`` asks for as the head of ``branch``."""
    facts = clone.facts(commit)
    configured = configure(facts)
    past = History(clone, branch, commit)
    folder = configured.settings.controller.workflows.rstrip("/")
    paths = sorted(path for path in facts.files(folder) if path.endswith(".wf"))
    prepared = {path: prepare(path, facts, configured.settings) for path in paths}
    workflows = tuple(
        want
        for found in prepared.values()
        if (want := _desired(clone, found, configured, branch, commit, past))
    )
    return Asked(Head(branch, commit, workflows, past.passed()), prepared, configured.settings)


def _desired(
    clone: Clone,
    found: Prepared,
    configured: Configured,
    branch: str,
    commit: str,
    past: History,
) -> Desired | None:
    """Return what a workflow file asks for; None where it never asks for commits."""
    wrong = has_errors(found.diagnostics)
    triggers = commit_triggers(found.program.file)
    if not triggers and not wrong:
        return None
    if wrong:
        return Desired(found.path, None, problem=_first(found.diagnostics, found.sources))
    if has_errors(configured.diagnostics):
        sources = {configured.source.path: configured.source}
        return Desired(found.path, None, problem=_first(configured.diagnostics, sources))
    fitting = (t for t in triggers if _fits(clone, t, found.path, branch, commit, past))
    trigger = next(fitting, None)
    return Desired(
        found.path,
        found.plan.key if found.plan else None,
        asks=trigger is not None,
        supersede=trigger.supersede if trigger else "finish",
        waits=hold_of_plan(clone, commit, found.plan, configured.settings) if found.plan else "",
    )


def _fits(
    clone: Clone, trigger: CommitTrigger, path: str, branch: str, commit: str, past: History
) -> bool:
    changed = None
    if trigger.paths is not None:
        since = past.decided(path)
        if since is not None and clone.facts(since).is_file(path):
            changed = clone.repository.changed_paths(since, commit)
    return trigger.fits(branch, watched=True, changed=changed)


def _first(found: tuple[Diagnostic, ...], sources: Mapping[str, Source]) -> str:
    """Return the first error as one line, and how many more there are."""
    errors = [d for d in found if d.severity is Severity.ERROR]
    first = errors[0]
    line, column = sources[first.path].position(first.span.start)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{first.path}:{line}:{column}: {first.code} {first.message}{more}"
