"""`git wf why`: why a run ran, and each step of it; or why a commit asked for none."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

import msgspec

from gitwf.app.blame import Blame, Culprit
from gitwf.app.history import find, known
from gitwf.app.logs import fits
from gitwf.app.predecessors import Predecessors
from gitwf.app.session import Session, UsageError
from gitwf.data.changes import changes
from gitwf.data.dvcyaml import read_stages
from gitwf.data.entry import Entry
from gitwf.data.errors import DataError
from gitwf.language import tree
from gitwf.plan.change import Change, changed_inputs
from gitwf.plan.plan import Plan, decode
from gitwf.plan.stage import Stage
from gitwf.records.event import Event, RunNone, RunRefused, StepFinished
from gitwf.records.event import decode as decode_event
from gitwf.records.fold import RunRecord
from gitwf.records.runs import UnknownRunError
from gitwf.records.store import Records
from gitwf.repo.repository import Repository

ALWAYS = "a command without outs always runs"
EFFECT = "an effect is done in every run"
NEVER = "no run before has a result of it"


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change, and who made it: a commit, or a stage of the same run that wrote the dep anew."""

    change: Change
    by: Culprit | None = None
    stage: str | None = None


class StepWhy(msgspec.Struct, frozen=True):
    """Why a step was executed, or restored: ``origin`` is the run that executed it then.

    ``reason`` is a sentence. ``causes`` are what changed since the run ``since``.
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


class RunWhy(msgspec.Struct, frozen=True):
    """Why a run ran, and its steps. ``causes`` are what of its key changed since the run ``since``."""

    run: str
    workflow: str
    commit: str
    branch: str | None
    status: str
    trigger: str
    of: str | None
    since: str | None
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
    repository = session.repository()
    records = Records(repository)
    try:
        record = known(records, find(repository, records, word))
    except UnknownRunError:
        commit = repository.resolve(word) if word else None
        if commit is None:
            raise
        return NoRun(commit, _reasons(records, commit))
    return _Explainer(repository, records, record).run(step)


def _reasons(records: Records, commit: str) -> tuple[str, ...]:
    bodies = (decode_event(line).body for line in records.notes.read(commit))
    said = (body.reason for body in bodies if isinstance(body, RunNone | RunRefused))
    return tuple(said) or ("no controller has looked at it yet",)


class _Explainer:
    """Explains one run by those before it."""

    def __init__(self, repository: Repository, records: Records, record: RunRecord) -> None:
        self._repository = repository
        self._runs = records.runs
        self._record = record
        self._plan = _plan(records, record.run)
        self._before = Predecessors(records.runs, record)
        self._entries = self._before.entries(record.run)
        self._stages = self._described()
        self._written = {
            posixpath.normpath(posixpath.join(self._wdir(name), out.path)): name
            for name, entry in self._entries.items()
            for out in entry.outs
        }

    def run(self, step: str | None) -> RunWhy:
        """Return why all of it ran."""
        record, before = self._record, self._before.newest()
        finished = (decode_event(bytes(raw)) for raw in record.steps)
        steps = [event for event in finished if _is_wanted(event.body, step)]
        if step is not None and not steps:
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
            tuple(self._run_causes(before)) if before else (),
            tuple(self._step(event) for event in steps),
        )

    def _run_causes(self, before: RunRecord) -> Iterator[Cause]:
        old = self._runs.plan(before.run)
        if old is None or self._plan is None:
            return
        blame = Blame(self._repository, before.commit, self._record.commit)
        for change in changed_inputs(decode(old).inputs, self._plan.inputs):
            yield Cause(change, blame.input(change))

    def _step(self, event: Event) -> StepWhy:
        body = event.body
        assert isinstance(body, StepFinished)  # noqa: S101  (the caller has looked)
        said = _text(event, "reason")
        stage = self._stage_of(body)
        entry = self._entries.get(stage) if stage else None
        why = StepWhy(
            body.step,
            body.command,
            body.args,
            body.status,
            body.cached,
            said or (EFFECT if self._is_effect(body.command) else ALWAYS),
        )
        if stage is None or entry is None:
            return why
        if body.cached:
            return msgspec.structs.replace(why, origin=self._before.origin(entry))
        return self._executed(why, stage, entry)

    def _executed(self, why: StepWhy, stage: str, entry: Entry) -> StepWhy:
        found = self._before.entry(stage, entry)
        if found is None:
            return msgspec.structs.replace(why, reason=NEVER)
        before, old = found
        blame = Blame(self._repository, before.commit, self._record.commit)
        causes = tuple(
            self._cause(change, stage, blame)
            for change in changes(old, entry, (out.path for out in entry.outs))
        )
        return msgspec.structs.replace(why, since=before.run, causes=causes)

    def _cause(self, change: Change, stage: str, blame: Blame) -> Cause:
        path = posixpath.normpath(posixpath.join(self._wdir(stage), change.name))
        match change.kind:
            case "dep":
                writer = self._written.get(path)
                return Cause(change, None if writer else blame.file(path), writer)
            case "param":
                return Cause(change, blame.param(path))
            case _:
                sources = self._plan.sources if self._plan else ()
                return Cause(change, blame.workflows(sources) or blame.file("dvc.yaml"))

    def _stage_of(self, body: StepFinished) -> str | None:
        """Return the stage that a step played: the one whose outs it wrote."""
        outs = {(out.path, out.hash) for out in body.outs}
        for name, entry in self._entries.items():
            if outs and outs == {(out.path, out.content.md5) for out in entry.outs}:
                return name
        return None

    def _wdir(self, stage: str) -> str:
        described = self._stages.get(stage)
        return described.wdir if isinstance(described, Stage) else "."

    def _described(self) -> Mapping[str, object]:
        text = self._runs.file(self._record.run, "dvc.yaml")
        try:
            return read_stages((text or b"").decode("utf-8", "replace"))
        except DataError:
            return {}

    def _is_effect(self, command: str) -> bool:
        known = self._plan.program().definitions if self._plan else {}
        definition = known.get(command.removeprefix("/"))
        return definition is not None and _has_effect(definition.definition)


def _has_effect(definition: tree.Definition) -> bool:
    return definition.field("effect") is not None


def _is_wanted(body: object, step: str | None) -> bool:
    return isinstance(body, StepFinished) and fits(body, step)


def _plan(records: Records, run: str) -> Plan | None:
    data = records.ongoing.plan(run) or records.runs.plan(run)
    return None if data is None else decode(data)


def _text(event: Event, key: str) -> str | None:
    raw = event.extra.get(key)
    return None if raw is None else msgspec.json.decode(raw, type=str)
