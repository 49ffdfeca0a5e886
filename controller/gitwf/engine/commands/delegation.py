"""`droid:` as a step: an agent is set to work as a job, its work checked, and merged if asked for.

What an agent is, and whether to believe it, is for the `Agents` to know; here it is a process with a
worktree of its own, which is played, adopted after a crash, and cancelled as any other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from gitwf.engine.commands.commands import Commands
from gitwf.engine.commands.line import Line, Stand
from gitwf.engine.flow.given import Given
from gitwf.engine.jobs.agents import Agents
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.jobs.jobs import Finished, Process, Work
from gitwf.engine.jobs.pouring import poured
from gitwf.engine.replay.steps import Call, Ended, Steps
from gitwf.engine.unit.fault import fault
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, StoppedError, failed
from gitwf.engine.unit.tally import Tally
from gitwf.language import tree
from gitwf.language.expand import arguments
from gitwf.language.scope import EvaluationError
from gitwf.language.value import Value
from gitwf.plan.errand import Deed, Errand, ErrandError, Fault, Launch
from gitwf.repo.errors import RepositoryError, StorageFullError
from gitwf.targets.job import Streams

_REASON = "an agent is set to work each time"
_OUTPUT = "output"
_READ = 1 << 26
"""Bytes of an agent's output that are looked at, from its end."""


class Task(msgspec.Struct, frozen=True):
    """A `droid:` step about to be played: what is asked for, what checks it, and where it stands."""

    errand: Errand
    check: tree.Command | None
    call: Call
    frame: Frame

    def failed(self, fault: Fault) -> Failure:
        """Return the failure that a fault of the errand is."""
        return self.call.failed(Kind(fault.kind), f"`{self.call.command}`: {fault.message}")


class Delegation:
    """Plays the `droid:` steps of one run; ``check`` gives what plays commands in a worktree.

    ``alone`` are the names of agents that have one branch in the run: it is called as they are.
    """

    def __init__(
        self,
        context: RunContext,
        steps: Steps,
        check: Callable[[Path], Commands],
        tally: Tally,
        alone: frozenset[str],
    ) -> None:
        self._context = context
        self._steps = steps
        self._check = check
        self._tally = tally
        self._alone = alone
        self._line = Line()

    @property
    def _agents(self) -> Agents:
        assert self._context.agents is not None  # noqa: S101  (a plan with `droid:` has agents)
        return self._context.agents

    def play(self, droid: tree.Droid, frame: Frame) -> Outcome:
        """Play ``droid`` as the step ``frame.step``."""
        call = Call(frame.step, f"droid:{droid.name}", attempt=frame.attempt)
        try:
            options = Given("droid:", droid.options, frame.scope)
            errand = self._errand(droid, options, frame)
        except EvaluationError as error:
            failure = fault(error, frame.source, call.step, call.command)
            return self._steps.play(call, frame, lambda: Ended(failed(failure))).outcome
        told = (f"/{errand.command}", *errand.words)
        call = msgspec.structs.replace(call, args=told)
        task = Task(errand, _check_of(options, droid), call, frame)

        def ended() -> Ended:
            kept = self._context.earlier.ended(call, None)
            if kept is not None:
                return kept
            merges = errand.merge != "none"
            with self._line.standing(droid.span.start, frame.step, counts=merges) as stand:
                return self._ended(task, stand)

        known = self._steps.play(call, frame, ended)
        if frame.counted:
            self._tally.add(cached=known.cached)
        return msgspec.structs.replace(known.outcome, output=_printed(known.outcome.result))

    def _errand(self, droid: tree.Droid, options: Given, frame: Frame) -> Errand:
        assert isinstance(droid.command, tree.Command)  # noqa: S101  (the checker has looked)
        words = tuple(argument.text for argument in arguments(droid.command.words, frame.scope))
        name = droid.name
        if name not in self._alone:
            name = f"{name}@{_slug(frame.step)}"
        return Errand(
            run=self._context.id,
            name=name,
            place=str(self._context.worktrees / f"{self._context.id}-{name}"),
            folder=str(self._context.folder / "droids" / name),
            agent=droid.name,
            command=droid.command.name,
            words=words,
            commit=self._context.commit,
            branch=self._context.branch,
            remote=self._context.follows,
            merge=options.text("merge", "none"),
            timeout=options.duration("timeout"),
            turns=options.texts.get("turns"),
            budget=options.texts.get("budget"),
            allow=tuple(filter(None, options.text("allow", "").split(","))),
        )

    def _ended(self, task: Task, stand: Stand) -> Ended:
        try:
            launch = self._agents.begin(task.errand)
            finished = self._work(task, launch)
            deed = self._collected(task, finished)
            try:
                return self._done(task, stand, launch, finished, deed)
            finally:
                self._agents.close(task.errand)
        except ErrandError as error:
            return Ended(failed(task.failed(error.fault)))
        except StorageFullError:
            raise
        except RepositoryError as error:
            return Ended(failed(task.failed(Fault("start", str(error)))))

    def _work(self, task: Task, launch: Launch) -> Finished:
        """Have the agent work, or take it up where it is at work.

        Raises:
            StoppedError: if it was stopped before it began.
        """
        process = Process(
            launch.argv,
            Path(launch.directory),
            launch.environment,
            timeout=launch.timeout,
            uses=launch.uses,
            closed=True,
            hidden=launch.hidden,
        )
        work = Work(self._context, task.call, process, task.frame.piped(Streams()))
        try:
            return work.run()
        except StoppedError:
            self._agents.close(task.errand)
            raise

    def _collected(self, task: Task, finished: Finished) -> Deed:
        """Return what the agent did; until that is in git, its worktree stays."""
        ended_well = finished.failure is None
        try:
            return self._agents.end(task.errand, _said(finished), ended_well=ended_well)
        except StorageFullError:
            raise
        except RepositoryError as error:
            where = f"its work is in `{task.errand.place}`"
            raise ErrandError("start", f"{error}; {where}") from None

    def _done(
        self, task: Task, stand: Stand, launch: Launch, finished: Finished, deed: Deed
    ) -> Ended:
        """Check what the agent did, and merge it where that is asked for."""
        failure = _why(task, finished.failure, deed)
        if failure is None and task.check is not None:
            failure = self._checked(task, task.check, Path(launch.directory))
        record = dict(deed.record)
        if failure is None and task.errand.merge != "none":
            stand.wait(task.frame.stop)
            self._context.permit.begin(task.frame.stop)
            try:
                record["merged"] = self._agents.merge(task.errand)
            except ErrandError as error:
                failure = task.failed(error.fault)
        outcome = Outcome(result=deed.result, output=_printed(deed.result))
        if failure is not None:
            outcome = failed(failure)
        outcome = poured(outcome, task.call, task.frame)
        outcome = msgspec.structs.replace(outcome, output=())
        return Ended(outcome, reason=_REASON, about={"droid": record})

    def _checked(self, task: Task, check: tree.Command, worktree: Path) -> Failure | None:
        """Return why the command that checks an agent's work failed, or None."""
        frame = task.frame.piped().at("check")
        failure = self._check(worktree).play(check, frame).failure
        if failure is None:
            return None
        message = f"`{task.call.command}`: its check failed: {failure.message}"
        return task.call.failed(failure.kind, message, failure.status)


def _check_of(options: Given, droid: tree.Droid) -> tree.Command | None:
    """Return the command that the option `check:` names, as a call without arguments."""
    name = options.texts.get("check")
    if name is None:
        return None
    span = next(option.value.span for option in droid.options if option.key == "check")
    return tree.Command(span, name.removeprefix("/"), span, ())


def _slug(step: str) -> str:
    """Return a step's place as a part of a branch's name: ``4.then.2-1`` for ``4/then/2[1]``."""
    return step.replace("/", ".").replace("[", "-").replace("]", "")


def _said(finished: Finished) -> str:
    size = finished.folder.size("out")
    return finished.folder.read("out", max(0, size - _READ), _READ).decode("utf-8", "replace")


def _why(task: Task, failure: Failure | None, deed: Deed) -> Failure | None:
    """Return why an agent's step has failed by now: its process, or what it did."""
    if failure is None:
        return None if deed.fault is None else task.failed(deed.fault)
    if failure.kind is not Kind.EXIT or deed.remark is None:
        return failure
    return msgspec.structs.replace(failure, message=f"{failure.message}; {deed.remark}")


def _printed(result: Value) -> tuple[bytes, ...]:
    """Return the output of a step: what the agent said last."""
    answer = result.get(_OUTPUT) if isinstance(result, dict) else None
    return (f"{answer}\n".encode(),) if isinstance(answer, str) and answer else ()
