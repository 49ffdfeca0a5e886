"""`git wf why`: why a run ran, and each step of it; or why a commit asked for none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from gitwf.app.blame import Blame, Cause
from gitwf.app.executed import Executed
from gitwf.app.history import find, known
from gitwf.app.logs import fits
from gitwf.app.predecessors import Predecessors
from gitwf.app.session import Session, UsageError
from gitwf.data.changes import changes
from gitwf.data.entry import Entry
from gitwf.plan.change import changed_inputs
from gitwf.plan.plan import Plan, decode
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.desired import prepared_at
from gitwf.reconcile.observe import HERE
from gitwf.records.event import Error, Event, RunNone, RunRefused, StepFinished
from gitwf.records.event import decode as decode_event
from gitwf.records.fold import RunRecord
from gitwf.records.runs import UnknownRunError
from gitwf.records.store import Records

ALWAYS = "a command without outs always runs"
EFFECT = "an effect is done in every run"
NEVER = "no run before has a result of it"


class StepWhy(msgspec.Struct, frozen=True):
    """Why a step was executed, or restored: ``origin`` is the run that executed it then.

    ``reason`` is a sentence. ``error`` is why it failed. ``causes`` are what changed since the run ``since``.
    """

    step: str
    command: str
    args: tuple[str, ...]
    status: str
    cached: bool
    reason: str
    origin: str | None = None
    since: str | None = None
    causes: tuple[Cause, ...] = ()
    error: Error | None = None


class RunWhy(msgspec.Struct, frozen=True):
    """Why a run ran, and its steps.

    ``causes`` are what of its key changed since the run ``since``, which ended as ``since_status`` says.
    """

    run: str
    workflow: str
    commit: str
    branch: str | None
    status: str
    trigger: str
    of: str | None
    since: str | None
    since_status: str | None
    causes: tuple[Cause, ...]
    steps: tuple[StepWhy, ...]


class NoRun(msgspec.Struct, frozen=True):
    """Why a commit has no run; ``reasons`` are sentences."""

    commit: str
    reasons: tuple[str, ...]


def why(session: Session, word: str, step: str | None = None) -> RunWhy | NoRun:
    """Return why the run that ``word`` names ran, or why the commit that it names has none.

    ``step`` limits it to a step, as `git wf logs` does.

    Raises:
        UnknownRunError: if it names neither.
        UsageError: if the run has no such step.
    """
    clone = session.clone()
    repository, records = clone.repository, clone.records
    try:
        record = known(records, find(repository, records, word))
    except UnknownRunError:
        commit = repository.resolve(word) if word else None
        if commit is None:
            raise
        return NoRun(commit, _reasons(records, commit))
    return _Explainer(clone, record).run(step)


def _reasons(records: Records, commit: str) -> tuple[str, ...]:
    bodies = (event.body for event in records.notes.events(commit))
    said = (body.reason for body in bodies if isinstance(body, RunNone | RunRefused))
    resting = (f"`{path}` is suspended {wish}" for path, wish in records.suspensions.all().items())
    return tuple(said) or tuple(resting) or ("no controller has looked at it yet",)


class _Explainer:
    """Explains one run by those before it."""

    def __init__(self, clone: Clone, record: RunRecord) -> None:
        records = clone.records
        self._clone = clone
        self._records = records
        self._record = record
        self._plan = _plan(records, record.run)
        self._effects = _effects(self._plan)
        self._executed = Executed(records.runs, record.run)
        self._before = Predecessors(records.runs, record)

    def run(self, step: str | None) -> RunWhy:
        """Return why all of it ran."""
        record, before = self._record, self._before.newest()
        events = [decode_event(bytes(raw)) for raw in record.steps]
        steps = [(e.body, e) for e in events if isinstance(e.body, StepFinished)]
        wanted = [(body, event) for body, event in steps if fits(body, step)]
        if step is not None and not wanted:
            hint = f"`git wf show {record.run}` lists them"
            raise UsageError(f"run `{record.run}` has no step `{step}` that ended", hint)
        return RunWhy(
            record.run,
            record.workflow,
            record.commit,
            record.branch,
            record.status,
            record.trigger,
            record.of,
            before.run if before else None,
            before.status if before else None,
            tuple(self._run_causes(before)) if before else (),
            tuple(self._step(body, _reason(event)) for body, event in wanted),
        )

    def _run_causes(self, before: RunRecord) -> Iterator[Cause]:
        old = _plan(self._records, before.run)
        if old is None or self._plan is None:
            return
        blame = self._blame(before)
        for change in changed_inputs(old.inputs, self._plan.inputs):
            yield self._truly(blame.cause(change), change.name)

    def _step(self, body: StepFinished, said: str | None) -> StepWhy:
        reason = said or (EFFECT if body.command in self._effects else ALWAYS)
        why = StepWhy(
            body.step, body.command, body.args, body.status, body.cached, reason, error=body.error
        )
        stage = self._executed.stage_of(body)
        if stage is None:
            return why
        entry = self._executed.entries[stage]
        if body.cached:
            return msgspec.structs.replace(why, origin=self._before.origin(stage, entry))
        found = self._before.executed(stage, entry)
        if found is None:
            return msgspec.structs.replace(why, reason=NEVER)
        before, old = found
        causes = self._stage_causes(stage, old, entry, self._blame(before))
        if HERE in {before.trigger, self._record.trigger}:
            causes = (msgspec.structs.replace(cause, files=()) for cause in causes)
        return msgspec.structs.replace(why, since=before.run, causes=tuple(causes))

    def _stage_causes(self, stage: str, old: Entry, new: Entry, blame: Blame) -> Iterator[Cause]:
        for change in changes(old, new, (out.path for out in new.outs)):
            place = self._executed.place(stage, change.name)
            match change.kind:
                case "dep" if place in self._executed.writers:
                    yield Cause(change, stage=self._executed.writers[place])
                case "dep":
                    cause = Cause(change, blame.file(place), files=blame.files(place))
                    yield self._truly(cause, place)
                case "param":
                    yield self._truly(Cause(change, blame.param(place)), place)
                case _:
                    sources = self._plan.sources if self._plan else ()
                    by = blame.workflows(sources) or blame.file(self._executed.file(stage))
                    yield self._truly(Cause(change, by), self._record.workflow)

    def _truly(self, cause: Cause, name: str) -> Cause:
        """Return ``cause`` without the commit that touched ``name``, where the run had not what that made of it."""
        return msgspec.structs.replace(cause, by=None) if name in self._uncommitted else cause

    @cached_property
    def _uncommitted(self) -> frozenset[str]:
        """What a run of the working tree had otherwise than its commit, by the names of inputs."""
        record = self._record
        if record.trigger != HERE or self._plan is None:
            return frozenset()
        there = self._clone.facts(record.commit).is_file(record.workflow)
        plan = prepared_at(self._clone, record.commit, record.workflow).plan if there else None
        found = changed_inputs(plan.inputs if plan else (), self._plan.inputs)
        return frozenset(change.name for change in found)

    def _blame(self, before: RunRecord) -> Blame:
        return Blame(self._clone.repository, before.commit, self._record.commit)


def _plan(records: Records, run: str) -> Plan | None:
    """Return the plan of a run; one that was lost may be without."""
    try:
        return decode(records.ongoing.plan(run) or records.runs.plan(run) or b"")
    except msgspec.DecodeError:
        return None


def _effects(plan: Plan | None) -> frozenset[str]:
    """Return the commands of a run that are effects."""
    known = plan.program().definitions.items() if plan else ()
    return frozenset(f"/{name}" for name, each in known if each.definition.field("effect"))


def _reason(event: Event) -> str | None:
    """Return the sentence that the engine recorded with a step."""
    raw = event.extra.get("reason")
    return None if raw is None else msgspec.json.decode(raw, type=str)
