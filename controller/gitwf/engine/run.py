"""Plays a run from its start to its one terminal record, or takes it up again where it stopped."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gitwf.config.settings import Settings
from gitwf.data.checkout import restorable
from gitwf.data.errors import DataError, NoDvcError
from gitwf.data.project import Project
from gitwf.engine import workspace
from gitwf.engine.checkpoints import RunCheckpoints
from gitwf.engine.commands import Commands, Playable, Players
from gitwf.engine.context import RunContext
from gitwf.engine.effects import Effects
from gitwf.engine.environment import for_commands, secret_values
from gitwf.engine.flow import Flows
from gitwf.engine.frame import Frame
from gitwf.engine.ledger import RunLedger
from gitwf.engine.memory import Memory
from gitwf.engine.outcome import Failure, Kind, Outcome, StoppedError, failed
from gitwf.engine.recorder import Listener, RunRecorder
from gitwf.engine.scope import Scope
from gitwf.engine.shelf import RunShelf
from gitwf.engine.stages import Stages
from gitwf.engine.state import State
from gitwf.engine.steps import Steps, error_of, failure_of
from gitwf.engine.stop import Stop
from gitwf.engine.tally import Tally
from gitwf.language.program import Program
from gitwf.language.value import Value, from_json, to_json
from gitwf.plan.plan import Plan, encode
from gitwf.records.event import RunFinished, RunStarted, StepStopped, VariableSet
from gitwf.records.fold import RunRecord
from gitwf.records.journal import Journal, path_of
from gitwf.records.runs import ref_of
from gitwf.records.store import Records
from gitwf.repo.errors import RepositoryError
from gitwf.repo.repository import Repository
from gitwf.targets.job import Target

Builtins = Callable[[Steps], Mapping[str, Playable]]
"""Gives the built-in commands, for the steps of one run."""


class Request(msgspec.Struct, frozen=True):
    """A run to be played: the same request with the same ``id`` takes it up again.

    ``here`` plays in the working tree as it is. ``effects`` is the sentence that refuses effects,
    or None. ``trigger`` is ``commit``, ``manual``, ``retry`` or ``here``.
    """

    id: str
    plan: Plan
    commit: str
    tree: str
    branch: str | None
    trigger: str
    attempt: int = 1
    of: str | None = None
    here: bool = False
    effects: str | None = None


class Runner:
    """Plays runs of one repository on this machine."""

    def __init__(
        self,
        repository: Repository,
        records: Records,
        target: Target,
        environment: Mapping[str, str],
        builtins: Builtins,
    ) -> None:
        self._repository = repository
        self._records = records
        self._target = target
        self._environment = environment
        self._builtins = builtins

    def play(
        self, request: Request, settings: Settings, stop: Stop, listener: Listener | None = None
    ) -> RunRecord:
        """Play a run to its end and return its record.

        Raises:
            LockedError: if another process plays this run.
            RepositoryError: if its records cannot be written; the journal has what was done.
        """
        state = self._repository.state_dir
        folder = state / "runs" / request.id
        with owning(folder):
            place = self._place(request)
            shelf = RunShelf(self._records, place)
            secrets = secret_values(self._environment, settings.secrets)
            self._records.ongoing.begin(request.id, encode(request.plan))
            journal = Journal(path_of(state, request.id))
            memory = Memory(journal.read())
            recorder = RunRecorder(
                self._records,
                request.id,
                request.commit,
                encode(request.plan),
                journal,
                shelf.gather,
                secrets.values(),
                listener,
            )
            context = RunContext(
                id=request.id,
                workflow=request.plan.workflow,
                commit=request.commit,
                branch=request.branch,
                attempt=request.attempt,
                workspace=place,
                folder=folder,
                environment=for_commands(self._environment, settings.secrets),
                secrets=secrets,
                target=self._target,
                effects=request.effects,
            )

            def lay_out() -> None:
                if not request.here:
                    links = settings.workspace.link
                    workspace.prepare(self._repository, place, request.commit, links)

            playing = _Playing(request, context, recorder, shelf, memory, self._records, lay_out)
            try:
                record = playing.play(stop, self._builtins)
            finally:
                recorder.close()
            self._records.ongoing.end(request.id)
        self._clear(request, record)
        return record

    def _clear(self, request: Request, record: RunRecord) -> None:
        """Remove the workspace, and those of earlier runs of the same workflow that failed.

        The newest one that failed is left to be looked into.
        """
        for place in sorted((self._repository.state_dir / "workspaces").glob("*.ready")):
            run = place.stem
            if run == request.id and record.status == "failed":
                continue
            known = self._records.ongoing.record(run)
            ended = known is None or (known.workflow == record.workflow and known.is_over)
            if ended and not is_played(self._repository.state_dir / "runs" / run):
                workspace.discard(self._repository, place.with_suffix(""))

    def _place(self, request: Request) -> Path:
        if request.here and self._repository.work_tree is not None:
            return self._repository.work_tree
        return self._repository.state_dir / "workspaces" / request.id


@contextmanager
def owning(folder: Path) -> Iterator[None]:
    """Hold the lock that says that this process plays the run in ``folder``."""
    from gitwf.records.lock import waiting

    with waiting(folder / "owner.lock", 0.0):
        yield


def is_played(folder: Path) -> bool:
    """Return whether some process plays the run in ``folder`` now."""
    try:
        descriptor = os.open(folder / "owner.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


class _Playing:
    """One playing of one run."""

    def __init__(
        self,
        request: Request,
        context: RunContext,
        recorder: RunRecorder,
        shelf: RunShelf,
        memory: Memory,
        records: Records,
        lay_out: Callable[[], None],
    ) -> None:
        self._request = request
        self._context = context
        self._recorder = recorder
        self._shelf = shelf
        self._memory = memory
        self._records = records
        self._lay_out = lay_out
        self._tally = Tally()

    def play(self, stop: Stop, builtins: Builtins) -> RunRecord:
        begun = time.monotonic()
        known = self._recorder.record()
        if known is not None and known.is_over:
            return known  # only the last of its records were missing in git
        if known is None or known.started is None:
            self._recorder.emit(self._started())
        try:
            self._lay_out()
        except (RepositoryError, DataError, OSError) as error:
            outcome = failed(Failure(Kind.START, f"no workspace: {error}"))
            return self._finish(NoDvcError("no workspace"), outcome, time.monotonic() - begun)
        program = self._request.plan.program()
        project = self._project()
        outcome = self._outcome(program, project, stop, builtins)
        return self._finish(project, outcome, time.monotonic() - begun)

    def _started(self) -> RunStarted:
        request = self._request
        return RunStarted(
            request.plan.workflow,
            request.commit,
            request.tree,
            request.branch,
            request.plan.key,
            request.trigger,
            request.attempt,
            request.of,
            self._records.owner,
            request.here or msgspec.UNSET,
        )

    def _project(self) -> Project | DataError:
        try:
            return Project.open(self._context.workspace)
        except DataError as error:
            return error

    def _outcome(
        self, program: Program, project: Project | DataError, stop: Stop, builtins: Builtins
    ) -> Outcome:
        steps = Steps(self._recorder, self._memory, self._context.folder)
        ledger = RunLedger(self._records, self._recorder)
        players = Players(
            builtins(steps),
            steps,
            Stages(project, self._shelf, self._context.folder),
            Effects(ledger, self._memory, self._context),
            self._tally,
        )
        definitions = {name: known.definition for name, known in program.definitions.items()}
        plan = self._request.plan
        commands = Commands(self._context, definitions, {**plan.scripts, **plan.stages}, players)
        notes = _FlowNotes(self._recorder, self._shelf, self._memory)
        checkpoints = RunCheckpoints(self._records.runs, plan.workflow, self._request.branch)
        flows = Flows(commands, notes, State(steps, self._shelf, checkpoints))
        settings = {n: from_json(text) for n, text in plan.settings.items()}
        scope = Scope(
            self._context.workspace,
            self._context.environment,
            frozenset(self._context.secrets),
            {"run": self._context.value()},
            settings,
        )
        try:
            return flows.block(program.file.block, Frame(scope, stop))
        except StoppedError as stopped:
            return failed(stopped.failure)

    def _finish(self, project: Project | DataError, outcome: Outcome, seconds: float) -> RunRecord:
        request = self._request
        if request.here:
            self._shelf.write_stages()
        self._recorder.emit(
            RunFinished(
                status=_status(outcome.failure),
                workflow=request.plan.workflow,
                commit=request.commit,
                branch=request.branch,
                key=request.plan.key,
                seconds=round(seconds, 6),
                executed=self._tally.executed,
                restored=self._tally.restored,
                metrics={
                    name: msgspec.Raw(to_json(value).encode())
                    for name, value in self._tally.metrics.items()
                },
                error=error_of(outcome.failure) if outcome.failure else None,
                ref=ref_of(request.id),
                restorable=self._restorable(project),
            )
        )
        return self._recorder.known()

    def _restorable(self, project: Project | DataError) -> str:
        lock = self._context.workspace / "dvc.lock"
        if isinstance(project, DataError) or not lock.exists():
            return "here"
        try:
            return "here" if restorable(project, lock.read_text(encoding="utf-8")) else "no"
        except DataError:
            return "no"


class _FlowNotes:
    """What flows do beside their commands, written down."""

    def __init__(self, recorder: RunRecorder, shelf: RunShelf, memory: Memory) -> None:
        self._recorder = recorder
        self._shelf = shelf
        self._memory = memory

    def variable_set(self, step: str, name: str, value: Value) -> None:
        """Record that a variable was set, once."""
        if self._memory.variable(step, name) is None:
            raw = msgspec.Raw(to_json(value).encode())
            self._recorder.emit(VariableSet(step, name, raw))

    def file_kept(self, path: str) -> None:
        """Keep the file that a redirect wrote."""
        self._shelf.keep(path)

    def stopped(self, step: str, failure: Failure) -> None:
        """Record that a part of the flow was stopped alone."""
        self._recorder.emit(StepStopped(step, error_of(failure)))

    def stop_of(self, step: str) -> Failure | None:
        """Return why an earlier playing stopped a part of the flow, or None."""
        error = self._memory.stopped(step)
        return failure_of(error) if error else None

    def reached(self, step: str) -> bool:
        """Return whether an earlier playing began anything at ``step``."""
        return self._memory.reached(step)


def _status(failure: Failure | None) -> str:
    if failure is None:
        return "succeeded"
    return "cancelled" if failure.kind is Kind.CANCELLED else "failed"
