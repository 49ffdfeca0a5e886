"""What the head of a branch, or a tag, asks for: its workflows, prepared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.diagnostics import Diagnostic, Severity, Source, has_errors
from gitwf.plan.trigger import CommitTrigger, asks_for_tag, commit_triggers, crons
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import Configured, configure
from gitwf.reconcile.decide import Desired, Head
from gitwf.reconcile.history import History
from gitwf.reconcile.hold import hold_of_plan
from gitwf.reconcile.prepare import Prepared, prepare
from gitwf.reconcile.schedule import last_due, next_due
from gitwf.reconcile.tags import Tag


class Asked(msgspec.Struct, frozen=True):
    """A head, with the prepared workflows by path and the settings of its commit.

    ``alarm`` is when the next schedule of its workflows is due.
    """

    head: Head
    prepared: Mapping[str, Prepared]
    settings: Settings
    alarm: datetime | None = None


def asked(clone: Clone, branch: str, commit: str) -> Asked:
    """Return what ``commit`` asks for as the head of ``branch``."""
    configured, prepared = _workflows(clone, commit)
    past = History(clone, branch, commit)
    workflows = tuple(
        want
        for found in prepared.values()
        if (want := _desired(clone, found, configured, branch, commit, past))
    )
    times = (text for want in workflows for text in want.crons)
    alarm = next_due(times, clone.records.clock.now())
    head = Head(branch, commit, workflows, past.passed())
    return Asked(head, prepared, configured.settings, alarm)


def asked_by_tag(clone: Clone, tag: Tag) -> Asked:
    """Return what the commit of ``tag`` asks for on its account."""
    configured, prepared = _workflows(clone, tag.commit)
    fitting = [f for f in prepared.values() if asks_for_tag(f.program.file, tag.name)]
    workflows = tuple(_wanted(clone, found, configured, tag.commit) for found in fitting)
    return Asked(Head(tag.name, tag.commit, workflows), prepared, configured.settings)


def prepared_at(clone: Clone, commit: str, path: str) -> Prepared:
    """Return the workflow at ``path`` of ``commit``, prepared, whatever asks for it."""
    facts = clone.facts(commit)
    return prepare(path, facts, configure(facts).settings)


def _workflows(clone: Clone, commit: str) -> tuple[Configured, dict[str, Prepared]]:
    """Return the settings of ``commit``, and the workflows that may ask for runs."""
    facts = clone.facts(commit)
    configured = configure(facts)
    folder = configured.settings.controller.workflows.rstrip("/")
    paths = sorted(path for path in facts.files(folder) if path.endswith(".wf"))
    return configured, {path: prepare(path, facts, configured.settings) for path in paths}


def _desired(
    clone: Clone,
    found: Prepared,
    configured: Configured,
    branch: str,
    commit: str,
    past: History,
) -> Desired | None:
    """Return what a workflow file asks for; None where it never asks for commits or at times."""
    triggers, times = commit_triggers(found.program.file), crons(found.program.file)
    wanted = _wanted(clone, found, configured, commit)
    if wanted.key is None:
        return wanted if triggers or times or has_errors(found.diagnostics) else None
    if not triggers and not times:
        return None
    fitting = (t for t in triggers if _fits(clone, t, found.path, branch, commit, past))
    trigger = next(fitting, None)
    return structs.replace(
        wanted,
        asks=trigger is not None,
        supersede=trigger.supersede if trigger else "finish",
        crons=times,
        due=last_due(times, clone.records.clock.now()),
    )


def _wanted(clone: Clone, found: Prepared, configured: Configured, commit: str) -> Desired:
    """Return a workflow that is asked for, or what keeps it from being run."""
    if has_errors(found.diagnostics) or found.plan is None:
        return Desired(found.path, None, problem=first_error(found.diagnostics, found.sources))
    if has_errors(configured.diagnostics):
        sources = {configured.source.path: configured.source}
        return Desired(found.path, None, problem=first_error(configured.diagnostics, sources))
    held = hold_of_plan(clone, commit, found.plan, configured.settings)
    return Desired(found.path, found.plan.key, waits=held)


def _fits(
    clone: Clone, trigger: CommitTrigger, path: str, branch: str, commit: str, past: History
) -> bool:
    changed = None
    if trigger.paths is not None:
        since = past.decided(path)
        if since is not None and clone.facts(since).is_file(path):
            changed = clone.repository.changed_paths(since, commit)
    return trigger.fits(branch, watched=True, changed=changed)


def first_error(found: tuple[Diagnostic, ...], sources: Mapping[str, Source]) -> str:
    """Return the first error as one line, and how many more there are."""
    errors = [d for d in found if d.severity is Severity.ERROR]
    first = errors[0]
    line, column = sources[first.path].position(first.span.start)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{first.path}:{line}:{column}: {first.code} {first.message}{more}"
