"""What the head of a branch, or a tag, asks for: its workflows, prepared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.diagnostics import has_errors
from gitwf.plan.trigger import CommitTrigger, asks_for_tag
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import Configured, configure
from gitwf.reconcile.history import History
from gitwf.reconcile.hold import hold_of_effects
from gitwf.reconcile.known import Desired, Head
from gitwf.reconcile.outline import (
    Outline,
    Outlined,
    Outlines,
    first_error,
    outline_of,
    workflows_of,
)
from gitwf.reconcile.prepare import Prepared, prepare
from gitwf.reconcile.schedule import last_due, next_due
from gitwf.reconcile.tags import Tag


class Asked(msgspec.Struct, frozen=True):
    """A head, the settings of its commit, and those of its workflows that were prepared for it.

    ``alarm`` is when the next schedule of its workflows is due.
    """

    head: Head
    settings: Settings
    prepared: Mapping[str, Prepared] = {}
    alarm: datetime | None = None


def asked(clone: Clone, branch: str, commit: str, outlines: Outlines | None = None) -> Asked:
    """Return what ``commit`` asks for as the head of ``branch``.

    With ``outlines`` only what has changed since the last head is read.
    """
    found = outlines.of(branch, commit) if outlines else _outlined(clone, commit)
    past = History(clone, branch, commit)
    workflows = tuple(
        want
        for outline in found.outlines
        if (want := _desired(clone, outline, found.configured, branch, commit, past))
    )
    times = (text for want in workflows for text in want.crons)
    alarm = next_due(times, clone.records.clock.now())
    queue = {want.workflow: past.undecided(want.workflow) for want in workflows if want.is_queued}
    folder = found.configured.settings.controller.workflows
    head = Head(branch, commit, workflows, past.passed(), queue, folder)
    return Asked(head, found.configured.settings, found.prepared, alarm)


def asked_by_tag(clone: Clone, tag: Tag) -> Asked:
    """Return what the commit of ``tag`` asks for on its account."""
    configured = configure(clone.facts(tag.commit))
    found = _prepared(clone, tag.commit, configured)
    fitting = [outline_of(p) for p in found if asks_for_tag(p.program.file, tag.name)]
    workflows = tuple(_wanted(clone, outline, configured, tag.commit) for outline in fitting)
    prepared = {each.path: each for each in found}
    return Asked(Head(tag.name, tag.commit, workflows), configured.settings, prepared)


def prepared_at(clone: Clone, commit: str, path: str) -> Prepared:
    """Return the workflow at ``path`` of ``commit``, prepared, whatever asks for it."""
    facts = clone.facts(commit)
    return prepare(path, facts, configure(facts).settings)


def _outlined(clone: Clone, commit: str) -> Outlined:
    configured = configure(clone.facts(commit))
    prepared = {each.path: each for each in _prepared(clone, commit, configured)}
    return Outlined(configured, list(map(outline_of, prepared.values())), prepared)


def _prepared(clone: Clone, commit: str, configured: Configured) -> list[Prepared]:
    facts = clone.facts(commit)
    return [prepare(p, facts, configured.settings) for p in workflows_of(facts, configured)]


def _desired(
    clone: Clone,
    outline: Outline,
    configured: Configured,
    branch: str,
    commit: str,
    past: History,
) -> Desired | None:
    """Return what a workflow file asks for; None where it never asks for commits or at times."""
    asks_at_all = bool(outline.triggers or outline.crons)
    is_passed_over = outline.key is not None or configured.settings.controller.gate == "off"
    if not asks_at_all and is_passed_over:
        return None
    wanted = _wanted(clone, outline, configured, commit)
    if wanted.key is None:
        return wanted
    triggers = (t for t in outline.triggers if _fits(clone, t, outline.path, branch, commit, past))
    trigger = next(triggers, None)
    return structs.replace(
        wanted,
        asks=trigger is not None,
        supersede=trigger.supersede if trigger else "finish",
        crons=outline.crons,
        due=last_due(outline.crons, clone.records.clock.now()),
    )


def _wanted(clone: Clone, outline: Outline, configured: Configured, commit: str) -> Desired:
    """Return a workflow that is asked for, or what keeps it from being run."""
    if outline.key is None:
        return Desired(outline.path, None, problem=outline.problem)
    if has_errors(configured.diagnostics):
        sources = {configured.source.path: configured.source}
        return Desired(outline.path, None, problem=first_error(configured.diagnostics, sources))
    if obstacle := clone.obstacle(commit, configured.settings):
        return Desired(outline.path, None, problem=str(obstacle))
    held = hold_of_effects(clone, commit, outline.effects, configured.settings)
    return Desired(outline.path, outline.key, waits=held)


def _fits(
    clone: Clone, trigger: CommitTrigger, path: str, branch: str, commit: str, past: History
) -> bool:
    changed = None
    if trigger.paths is not None:
        since = past.decided(path)
        if since is not None and clone.facts(since).is_file(path):
            changed = clone.repository.changed_paths(since, commit)
    return trigger.fits(branch, watched=True, changed=changed)
