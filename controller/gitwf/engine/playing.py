"""One playing of a run: from its start, or from where another playing of it stopped, to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from gitwf.data.errors import DataError
from gitwf.engine.commands.commands import Commands, Players
from gitwf.engine.commands.delegation import Delegation
from gitwf.engine.commands.effects import Effects
from gitwf.engine.commands.extension import Extension
from gitwf.engine.flow.checkpoints import RunCheckpoints
from gitwf.engine.flow.flow import Flows
from gitwf.engine.flow.part import Part, unless_stopped
from gitwf.engine.flow.state import State
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.answers import Answers
from gitwf.engine.replay.ledger import RunLedger
from gitwf.engine.replay.memory import ROOT, Memory
from gitwf.engine.replay.notes import FlowNotes
from gitwf.engine.replay.recorder import RunRecorder
from gitwf.engine.replay.steps import Steps, error_of
from gitwf.engine.replay.timers import Timers, elapsed
from gitwf.engine.replay.values import Values
from gitwf.engine.replay.writing import Writer
from gitwf.engine.request import Request
from gitwf.engine.shelf import RunShelf
from gitwf.engine.stages.executions import Executions
from gitwf.engine.stages.stages import Stages
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.observer import Observers
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, StoppedError, failed
from gitwf.engine.unit.scope import Scope
from gitwf.engine.unit.stop import Stop
from gitwf.engine.unit.tally import Tally
from gitwf.language.program import Program
from gitwf.language.value import Value, from_json, to_json
from gitwf.plan.agents import alone
from gitwf.plan.stage import Stage
from gitwf.records.event import RunFinished, RunStarted
from gitwf.records.fold import RunRecord
from gitwf.records.runs import ref_of
from gitwf.records.store import Records
from gitwf.repo.disk import room
from gitwf.repo.errors import RepositoryError, StorageFullError

log = logging.getLogger(__name__)


_CHECK = "what checks an agent's work changes no environment"


class UnannouncedError(RepositoryError):
    """A run that was adopted could not be announced as this clone's: nothing of it was touched."""

    def __init__(self, run: str) -> None:
        super().__init__(
            f"run `{run}` could not be taken over: another controller has acted meanwhile"
        )


class Playing:
    """One playing of one run. ``lay_out`` makes its workspace; raises what keeps it from being made."""

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
        self._metrics: Mapping[str, Value] = {}

    def play(self, stop: Stop, extension: Extension) -> RunRecord:
        """Play the run to its end and return its record."""
        known = self._recorder.record()
        observers = extension.observers(self._context)
        if known is not None and known.is_over:
            record = self._recorder.whole()  # only the last of its records were missing in git
            observers.over(record)
            return record
        if known is None or known.started is None:
            begun = self._request.event(RunStarted, self._records.owner)
            named = self._context.targets.run.repository
            self._recorder.emit(replace(begun, elsewhere=named or msgspec.UNSET))
        observers.begun()
        record = self._played(stop, extension, observers)
        observers.over(record)
        return record

    def _played(self, stop: Stop, extension: Extension, observers: Observers) -> RunRecord:
        """Lay the workspace out, and play the program in it."""
        try:
            if stop.reason is None:
                self._context.permit.announce(self._recorder.flush, stop)
        except StoppedError as stopped:
            if self._context.adopted:
                raise UnannouncedError(self._context.id) from stopped
            lost = "lost" if stopped.failure.kind is Kind.LOST else None
            return self._finish(failed(stopped.failure), "no", lost)
        try:
            with room(self._context.workspace):
                self._lay_out()
        except StorageFullError:
            raise
        except (RepositoryError, DataError, OSError) as error:
            outcome = failed(stop.failure or Failure(Kind.START, f"no workspace: {error}"))
            return self._finish(outcome, "here")
        program, stages = self._request.plan.program(), self._stages()
        outcome = self._outcome(program, stages, stop, extension, observers)
        if self._request.here:
            stages.note_hashes()
        return self._finish(outcome, stages.restorable(self._shelf.used()))

    def _outcome(
        self,
        program: Program,
        stages: Stages,
        stop: Stop,
        extension: Extension,
        observers: Observers,
    ) -> Outcome:
        recorder, memory, context = self._recorder, self._memory, self._context
        steps = Steps(recorder, memory, context.folder)
        timers = Timers(recorder, memory, self._records.clock)
        ledger = RunLedger(self._records, recorder)
        definitions = {name: known.definition for name, known in program.definitions.items()}
        sources = {n: program.sources[known.path] for n, known in program.definitions.items()}
        plan = self._request.plan
        own: Mapping[str, Stage | str] = {**plan.scripts, **plan.stages}
        known = extension.builtins(steps, context)

        def commands_of(context: RunContext, stages: Stages | None) -> Commands:
            effects = Effects(ledger, memory, context)
            players = Players(known, steps, stages, effects, self._tally, timers)
            return Commands(context, definitions, sources, own, players)

        def checking(worktree: Path) -> Commands:
            inside = replace(context, workspace=worktree, effects=_CHECK)
            return commands_of(inside, None)

        commands = commands_of(context, stages)
        delegation = Delegation(context, steps, checking, self._tally, alone(program))
        writer = Writer(context.workspace, recorder, memory, self._shelf)
        notes = FlowNotes(recorder, memory, timers, writer)
        checkpoints = RunCheckpoints(self._records.runs, plan.workflow, self._request.branch)
        flows = Flows(commands, notes, State(steps, self._shelf, checkpoints), delegation)
        settings = {n: from_json(text) for n, text in plan.settings.items()}
        scope = Scope(
            context.workspace,
            context.environment,
            frozenset(context.secrets),
            {"run": context.value()},
            settings,
            Answers(recorder, memory, Values(context.folder / "results")),
        )
        self._metrics = scope.metrics
        whole = Part(ROOT, Stop(notes.stop_of(ROOT) or stop.foretold), notes)
        source = program.sources[plan.workflow]
        frame = Frame(scope, whole.stop, supply=context.supply, source=source, observers=observers)
        with stop.listening(lambda: whole.follow(stop)):
            try:
                outcome = flows.block(program.file.block, frame)
            except StoppedError as stopped:
                outcome = failed(stopped.failure)
            return unless_stopped(outcome, whole)

    def _stages(self) -> Stages:
        executions = Executions(self._context.locks, self._context.id)
        return Stages(
            self._context.workspace,
            self._shelf,
            executions,
            self._context.id,
            self._context.safekeeping,
            self._context.meter,
        )

    def _finish(self, outcome: Outcome, restorable: str, status: str | None = None) -> RunRecord:
        """End the run, as what its ``outcome`` says where no other ``status`` is given."""
        request = self._request
        self._recorder.check()
        self._give_back()
        if request.here:
            self._shelf.write_stages()
        self._recorder.emit(
            RunFinished(
                status=status or _status(outcome.failure),
                workflow=request.plan.workflow,
                commit=request.commit,
                branch=request.branch,
                key=request.plan.key,
                seconds=round(elapsed(self._since(), self._records.clock.now()), 6),
                executed=self._tally.executed,
                restored=self._tally.restored,
                metrics={
                    name: msgspec.Raw(to_json(value).encode())
                    for name, value in self._metrics.items()
                },
                error=error_of(outcome.failure) if outcome.failure else None,
                ref=ref_of(request.id),
                restorable=restorable,
            )
        )
        return self._recorder.whole()

    def _give_back(self) -> None:
        """End what was rented for the run, so that its record says what it cost."""
        try:
            self._context.targets.end()
        except OSError as error:
            log.warning(
                "what was rented for run %s is not given back yet: %s", self._context.id, error
            )

    def _since(self) -> str:
        """Return when the run began, in whichever playing of it."""
        return self._recorder.known().started or ""


def _status(failure: Failure | None) -> str:
    if failure is None:
        return "succeeded"
    return "cancelled" if failure.kind is Kind.CANCELLED else "failed"
