"""`git wf retry`: a new run of what a run played, that keeps what succeeded there."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gitwf.app.history import find, known
from gitwf.app.left import heard_of
from gitwf.app.notices import deliver
from gitwf.app.person import whoami
from gitwf.app.pushing import pushing
from gitwf.app.run import begin_approved, held_back
from gitwf.app.session import Session, UsageError
from gitwf.config.settings import Settings
from gitwf.engine.replay.earlier import lost_steps
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.request import Request
from gitwf.engine.unit.stop import Stop
from gitwf.plan.calls import literal_text
from gitwf.plan.plan import Plan, decode
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.observe import HERE, known_runs
from gitwf.records.fold import RunRecord
from gitwf.repo.errors import RepositoryError


class Lost(StrEnum):
    """What to make of effects of which nobody knows how they ended."""

    DONE = "done"
    AGAIN = "again"


class Retry(msgspec.Struct, frozen=True):
    """A retry that may begin. ``held`` is what it would wait for, were it not ``approved``."""

    request: Request
    settings: Settings
    held: str
    approved: str


def prospect(
    session: Session, clone: Clone, run: str, lost: Lost | None, *, approve: bool = False
) -> Retry:
    """Return the retry of ``run``.

    ``lost`` says what became of its effects that were lost; ``approve`` approves what needs that, where
    nobody approved the run itself.

    Raises:
        UnknownRunError: if there is no such run.
        UsageError: if it is not over, succeeded, has been retried, or lost an effect and ``lost`` is None.
    """
    records = clone.records
    record = known(records, find(clone.repository, records, run))
    _refuse_needless(clone, record)
    data = records.runs.plan(record.run)
    if data is None:
        raise RepositoryError(f"run `{record.run}` has no plan", "see `git wf fsck`")
    plan = decode(data)
    _refuse_lost(record, lost, lost_effects(clone, record, plan))
    by = whoami(session)
    request = Request(
        id=records.new_run(),
        plan=plan,
        commit=record.commit,
        tree=record.tree,
        branch=record.branch,
        trigger="retry",
        attempt=record.attempt + 1,
        of=record.run,
        effects_done=by if lost is Lost.DONE else None,
    )
    settings = configure(clone.facts(record.commit)).settings
    approve = approve or record.approved is not None
    held = held_back(clone, request, settings, approve=approve)
    return Retry(request, settings, held, record.approved or by)


def retry(clone: Clone, retry: Retry, stop: Stop, listener: Listener) -> RunRecord:
    """Play a retry and return its record."""
    if retry.held:
        begin_approved(clone, retry.request, retry.held, retry.approved, listener)
    with pushing(clone, stop):
        record = clone.runner.play(retry.request, retry.settings, stop, listener)
    deliver(clone)
    return record


def lost_effects(clone: Clone, record: RunRecord, plan: Plan) -> dict[str, str]:
    """Return the commands of a run whose effects nobody knows the end of, with their environments."""
    definitions = plan.program().definitions
    effects = {
        f"/{name}": literal_text(field.words[0])
        for name, found in definitions.items()
        if (field := found.definition.field("effect")) and field.words
    }
    steps = lost_steps(clone.records.runs.events(record.run), effects)
    return {step.command: effects[step.command] for step in steps}


def _refuse_needless(clone: Clone, record: RunRecord) -> None:
    run = record.run
    if record.trigger == HERE:
        again = f"`git wf run {record.workflow} --here` plays it as it is now"
        raise UsageError(f"run `{run}` played the working tree", again)
    if not record.is_over and record.owner not in (None, clone.records.owner):
        raise UsageError(f"run `{run}` is another clone's", heard_of(clone, record))
    if not record.is_over:
        words = "waits" if record.started is None else "goes on"
        raise UsageError(f"run `{run}` {words}", f"`git wf cancel {run}` ends it")
    if record.status == "succeeded":
        raise UsageError(f"run `{run}` succeeded: there is nothing to try again")
    later = next((other for other in known_runs(clone) if other.of == run), None)
    if later is not None:
        hint = f"that one can be retried: `git wf retry {later.run}`"
        message = f"run `{run}` was retried: run `{later.run}` {_state(later)}"
        raise UsageError(message, hint if later.status not in ("succeeded", "running") else None)


def _state(record: RunRecord) -> str:
    return {"running": "goes on", "waiting": "waits"}.get(record.status, record.status)


def _refuse_lost(record: RunRecord, lost: Lost | None, effects: dict[str, str]) -> None:
    if not effects and lost is not None:
        raise UsageError(f"run `{record.run}` has lost no effect", f"leave `--effect-{lost}` away")
    if effects and lost is None:
        command, env = next(iter(effects.items()))
        raise UsageError(
            f"nobody knows whether `{command}` changed `{env}`",
            "look there: `--effect-done` if it did, `--effect-again` to play it again",
        )
