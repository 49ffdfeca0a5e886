"""What keeps a run from beginning: `approve` and `after` of the environments that it may change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from gitwf.config.settings import Environment, Settings
from gitwf.plan.plan import decode as decode_plan
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.prepare import prepare
from gitwf.records.environments import Deployment
from gitwf.records.fold import RunRecord
from gitwf.records.requests import APPROVE


def needs_approval(changes: Sequence[str], rules: Mapping[str, Environment]) -> tuple[str, ...]:
    """Return those of the environments ``changes`` that nobody may change without approval."""
    return tuple(env for env in changes if env in rules and rules[env].approve)


def needed_first(changes: Sequence[str], rules: Mapping[str, Environment]) -> tuple[str, ...]:
    """Return the environments that come before ``changes``; those of the run itself it sees to."""
    first = {name for env in changes if env in rules for name in rules[env].after}
    return tuple(sorted(first - set(changes)))


def hold(
    changes: Sequence[str],
    rules: Mapping[str, Environment],
    *,
    approved: bool,
    standing: Collection[str],
) -> str:
    """Return what a run that may change ``changes`` has to wait for; an empty text: nothing.

    ``standing`` are the environments that stand at what the run's commit asks for.
    """
    return " and ".join(_reasons(changes, rules, approved=approved, standing=standing))


def _reasons(
    changes: Sequence[str],
    rules: Mapping[str, Environment],
    *,
    approved: bool,
    standing: Collection[str],
) -> Iterator[str]:
    kept = needs_approval(changes, rules)
    if kept and not approved:
        yield f"approval to change {listed(kept)}"
    missing = [env for env in needed_first(changes, rules) if env not in standing]
    if missing:
        yield f"{listed(missing)} at its commit"


def hold_of_effects(clone: Clone, commit: str, effects: Sequence[str], settings: Settings) -> str:
    """Return what a new run for ``commit`` has to wait for that may change these environments."""
    rules = settings.env
    standing = standing_at(clone, commit, needed_first(effects, rules))
    return hold(effects, rules, approved=False, standing=standing)


def hold_of_run(clone: Clone, record: RunRecord) -> str:
    """Return what a run that was queued still has to wait for."""
    suspended = clone.records.suspensions.find(record.workflow)
    if suspended:
        return f"its workflow to be resumed (suspended {suspended})"
    data = clone.records.ongoing.plan(record.run) or clone.records.runs.plan(record.run)
    changes = decode_plan(data).effects if data else ()
    rules = configure(clone.facts(record.commit)).settings.env
    approved = record.approved is not None or clone.records.requests.find(record.run, APPROVE)
    standing = standing_at(clone, record.commit, needed_first(changes, rules))
    return hold(changes, rules, approved=bool(approved), standing=standing)


def standing_at(clone: Clone, commit: str, environments: Collection[str]) -> frozenset[str]:
    """Return which of these environments stand at ``commit``, or at a run that it would not change."""
    current = {env: clone.records.environments.current(env) for env in environments}
    return frozenset(env for env, made in current.items() if made and _stands(clone, commit, made))


def _stands(clone: Clone, commit: str, made: Deployment) -> bool:
    if made.commit == commit:
        return True
    facts = clone.facts(commit)
    if not facts.is_file(made.workflow):
        return False
    found = prepare(made.workflow, facts, configure(facts).settings)
    return found.plan is not None and found.plan.key == made.key


def listed(names: Sequence[str]) -> str:
    """Return names as they stand in a sentence."""
    return ", ".join(f"`{name}`" for name in names)
