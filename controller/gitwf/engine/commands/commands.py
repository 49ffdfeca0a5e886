"""Plays commands: definitions, the repository's own stages and scripts, and built-in ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from gitwf.diagnostics import Source
from gitwf.engine.commands.dvc import dvc_process
from gitwf.engine.commands.effects import Effects
from gitwf.engine.commands.remote import remote_process
from gitwf.engine.commands.repro import reproduced
from gitwf.engine.flow.repeat import wait
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.jobs.jobs import Finished, Process, Work
from gitwf.engine.jobs.pouring import poured
from gitwf.engine.jobs.shell import (
    definition_argv,
    far_stage_argv,
    stage_argv,
    stage_environment,
)
from gitwf.engine.replay.folders import losses, newest_folder
from gitwf.engine.replay.steps import Call, Ended, Steps
from gitwf.engine.replay.timers import Timers
from gitwf.engine.stages.files import CommandFiles
from gitwf.engine.stages.stages import JobEnd, Need, Stages
from gitwf.engine.unit.fault import fault
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.observer import Played
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, failed
from gitwf.engine.unit.result import result_of
from gitwf.engine.unit.scope import OutsideError, inside
from gitwf.engine.unit.tally import Tally
from gitwf.language import tree
from gitwf.language.arguments import ArgumentError, bind
from gitwf.language.expand import arguments
from gitwf.language.scope import ClosedScope, EvaluationError
from gitwf.plan.invocation import Invocation, invoke
from gitwf.plan.needs import Needs, uses_of
from gitwf.plan.pipeline import REPRO, PipelineError
from gitwf.plan.place import LOCAL
from gitwf.plan.stage import Stage
from gitwf.targets.files import Files
from gitwf.targets.job import JobFolder

_BEFOREHAND = frozenset({Kind.START, Kind.MISSING, Kind.PATH})
"""The kinds of failures that a command may have before it is begun."""


class Playable(Protocol):
    """A command that the engine can play without knowing what it is."""

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        """Play ``command`` as the step ``frame.step``."""
        ...


class Commands:
    """Plays the commands of one run.

    A name means, in this order: what ``builtins`` holds, a definition, a stage of `dvc.yaml`, an
    executable of `commands/`. ``sources`` are the texts that the definitions stand in, by their names.
    """

    def __init__(
        self,
        context: RunContext,
        definitions: Mapping[str, tree.Definition],
        sources: Mapping[str, Source],
        own: Mapping[str, Stage | str],
        players: Players,
    ) -> None:
        self._context = context
        self._definitions = definitions
        self._sources = sources
        self._own = own
        self._builtins = players.builtins
        self._steps = players.steps
        self._stages = players.stages
        self._effects = players.effects
        self._tally = players.tally
        self._timers = players.timers

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        """Play ``command`` as the step ``frame.step``."""
        call = Call(frame.step, f"/{command.name}", attempt=frame.attempt)
        try:
            return self._play(command, call, frame)
        except (EvaluationError, ArgumentError) as error:
            failure = fault(error, frame.source, call.step, call.command)
        except PipelineError as error:
            failure = call.failed(Kind.MISSING, f"`{call.command}`: {error}")
        return self._failed(call, failure, frame)

    def needs(self, command: tree.Command) -> Needs:
        """Return the named resources that ``command`` takes."""
        definition = self._definitions.get(command.name)
        return uses_of(definition) if definition else {}

    def _failed(self, call: Call, failure: Failure, frame: Frame) -> Outcome:
        """Record a command that could not begin as a step that failed."""
        return self._steps.play(call, frame, lambda: Ended(failed(failure))).outcome

    def _play(self, command: tree.Command, call: Call, frame: Frame) -> Outcome:
        if (builtin := self._builtins.get(command.name)) is not None:
            return builtin.play(command, frame)
        words = tuple(argument.text for argument in arguments(command.words, frame.scope))
        call = msgspec.structs.replace(call, args=words)
        if (definition := self._definitions.get(command.name)) is not None:
            return self._defined(definition, command, call, frame)
        if command.name == REPRO:
            return reproduced(words, self._own, self._own_stage, call, frame)
        own = self._own.get(command.name)
        process = dvc_process(command.name, words, self._context)
        process = process or remote_process(command.name, words, self._context)
        if process is not None:
            return self._tried(Invocation(command.name, ""), process, call, frame)
        if isinstance(own, Stage):
            return self._own_stage(own, call, frame)
        if isinstance(own, str):
            process = self._process((f"./{own}", *words), ".", {}, None, frame)
            return self._tried(Invocation(command.name, ""), process, call, frame)
        message = f"there is no command `{call.command}`"
        return self._failed(call, call.failed(Kind.MISSING, message, 127), frame)

    def _own_stage(self, stage: Stage, call: Call, frame: Frame) -> Outcome:
        argv = stage_argv(stage.cmd, self._context.environment)
        process = self._process(argv, stage.place, {}, stage, frame)
        process = msgspec.structs.replace(process, elsewhere=far_stage_argv(stage.cmd))
        return self._tried(Invocation(stage.name, "", stage=stage), process, call, frame)

    def _defined(
        self, definition: tree.Definition, command: tree.Command, call: Call, frame: Frame
    ) -> Outcome:
        values = bind(definition, command, frame.scope)
        scope = ClosedScope(values, frame.scope)
        try:
            invocation = invoke(definition, values, scope)
        except EvaluationError as error:
            source = self._sources.get(definition.name)
            return self._failed(call, fault(error, source, call.step, call.command), frame)
        process = self._process(
            definition_argv(invocation.shell),
            invocation.wdir,
            invocation.environment,
            invocation.stage,
            frame,
            invocation,
        )
        return self._tried(invocation, process, call, frame)

    def _process(
        self,
        argv: tuple[str, ...],
        wdir: str,
        environment: Mapping[str, str],
        stage: Stage | None,
        frame: Frame,
        invocation: Invocation | None = None,
    ) -> Process:
        dvc = stage_environment(stage, self._context.workspace) if stage else {}
        return Process(
            argv,
            self._context.workspace / wdir,
            {**dvc, **environment},
            invocation.secrets if invocation else (),
            invocation.timeout if invocation else None,
            invocation.uses if invocation else {},
            # Who keeps others from an environment must not wait for them.
            slot=invocation is None or invocation.effect is None,
            kept=stage is not None,
            target=frame.target or (invocation and invocation.target) or LOCAL,
            deps=invocation.deps if invocation else (),
        )

    def _tried(self, invocation: Invocation, process: Process, call: Call, frame: Frame) -> Outcome:
        """Play a command as often as its field ``retry`` allows; it counts once."""
        if self._stages is None:
            invocation = msgspec.structs.replace(invocation, stage=None)
        call = msgspec.structs.replace(call, target=process.target.name)
        ended = self._step(invocation, process, call, frame)
        for attempt in range(1, invocation.retry.count + 1):
            if not _may_be_tried_again(invocation, ended.outcome):
                break
            step = f"{call.step}[{attempt}]"
            again = msgspec.structs.replace(call, step=step, attempt=attempt + 1)
            if not self._steps.known(again):
                self._steps.admit(again, frame)
                wait(invocation.retry, attempt, frame.stop, partial(self._timers.left, step))
            ended = self._step(invocation, process, again, frame)
        if frame.counted:
            if not self._never_began(call, ended.outcome.failure):
                self._tally.add(cached=ended.cached)
            frame.scope.metrics.update(ended.metrics)
            frame.observers.played(_played(invocation, call, ended, frame))
        return ended.outcome

    def _never_began(self, call: Call, failure: Failure | None) -> bool:
        """Return whether a command failed before there was a process of it: for lack of a secret, or of a dep."""
        if failure is None or failure.kind not in _BEFOREHAND:
            return False
        return not JobFolder(newest_folder(self._context.folder, call.step)).is_begun()

    def _step(self, invocation: Invocation, process: Process, call: Call, frame: Frame) -> Ended:
        work = Work(self._context, call, process, frame, self._files(invocation, process))

        def step() -> Ended:
            return self._steps.play(call, frame, lambda: self._ended(invocation, work))

        self._steps.admit(call, frame)
        if invocation.effect:
            ended = self._effects.play(invocation.effect, call, frame.stop, work.prepare, step)
        else:
            ended = step()
        if self._stages and invocation.stage is not None and ended.outcome.succeeded:
            self._stages.recall(invocation.stage)
        return ended

    def _files(self, invocation: Invocation, process: Process) -> Files | None:
        """Return the files that a command needs which runs on another machine."""
        if process.target.is_local or process.is_bare:
            return None
        if self._stages is not None and invocation.stage is not None:
            return self._stages.files(invocation.stage)
        return CommandFiles(self._context.workspace, process.directory, process.deps)

    def _ended(self, invocation: Invocation, work: Work) -> Ended:
        """Play a command to its end. One whose job was lost is begun again, but no effect is."""
        ended = self._once(invocation, work)
        while _is_lost(ended) and invocation.effect is None and work.begin_again():
            ended = self._once(invocation, work)
        lost = losses(self._context.folder, work.call.step)
        return _warned(ended, lost) if lost else ended

    def _once(self, invocation: Invocation, work: Work) -> Ended:
        if invocation.stage is None or invocation.effect:
            kept = self._context.earlier.ended(work.call, invocation.effect)
            if kept is not None:
                return msgspec.structs.replace(
                    kept, outcome=poured(kept.outcome, work.call, work.frame)
                )
        if self._stages is None or invocation.stage is None:
            return self._plain(work)

        def execute() -> JobEnd:
            finished = work.run()
            return JobEnd(finished.folder, _outcome(finished))

        call, frame = work.call, work.frame
        need = Need(
            wanted=frame.wanted or frame.streams.stdout is not None,
            begun=work.is_begun(),
            forced=_why_executed(frame),
            piped=frame.streams.stdin is not None or frame.streams.stdout is not None,
        )
        ended = self._stages.play(invocation.stage, call, execute, need, frame.stop)
        if not ended.cached:
            return ended
        return msgspec.structs.replace(ended, outcome=poured(ended.outcome, call, frame))

    def _plain(self, work: Work) -> Ended:
        directory, workspace = work.process.directory, self._context.workspace
        try:
            if directory != workspace:
                inside(workspace, str(directory))
        except OutsideError as error:
            return Ended(failed(work.call.failed(Kind.PATH, str(error))))
        finished = work.run()
        result = result_of(finished.folder, None)
        outcome = msgspec.structs.replace(_outcome(finished), result=result.value)
        return Ended(outcome, warning=result.warning)


class Players:
    """What `Commands` plays with. ``stages`` None: what is a stage elsewhere is executed, always."""

    def __init__(
        self,
        builtins: Mapping[str, Playable],
        steps: Steps,
        stages: Stages | None,
        effects: Effects,
        tally: Tally,
        timers: Timers,
    ) -> None:
        self.builtins = builtins
        self.steps = steps
        self.stages = stages
        self.effects = effects
        self.tally = tally
        self.timers = timers


def _played(invocation: Invocation, call: Call, ended: Ended, frame: Frame) -> Played:
    return Played(
        call.step,
        invocation.name,
        invocation.parameters,
        ended.outcome,
        frame.scope,
        frame.trial,
        cached=ended.cached,
        stage=invocation.stage,
        outs=ended.outs,
        metrics=ended.metrics,
        params=ended.params,
    )


def _may_be_tried_again(invocation: Invocation, outcome: Outcome) -> bool:
    """Return whether another attempt may follow: not of an effect that nobody knows the end of."""
    if outcome.failure is None or not invocation.retry.retries(outcome.failure.kind):
        return False
    return invocation.effect is None or outcome.failure.kind is not Kind.LOST


def _is_lost(ended: Ended) -> bool:
    failure = ended.outcome.failure
    return failure is not None and failure.kind is Kind.LOST


def _warned(ended: Ended, lost: int) -> Ended:
    """Return ``ended`` with a warning that its job was lost so often before."""
    times = "" if lost == 1 else f" {lost} times"
    warnings = (f"its job was lost{times} and begun again", ended.warning)
    return msgspec.structs.replace(ended, warning="; ".join(filter(None, warnings)))


def _why_executed(frame: Frame) -> str | None:
    """Return why a stage is executed whatever is known of it, or None."""
    if frame.streams.stdin is not None:
        return "it reads a pipe"
    return "it stands in a `context:`" if frame.environment else None


def _outcome(finished: Finished) -> Outcome:
    output: tuple[Path, ...] = (finished.folder.out,) if finished.folder.out.is_file() else ()
    if finished.failure is not None:
        return failed(finished.failure, output)
    return Outcome(output=output)
