"""`droid:` as a step: an agent is set to work as a job, its work checked, and merged if asked for.

What an agent is, and whether to believe it, is for the `Agents` to know; here it is a process with a
worktree of its own, which is played, adopted after a crash, and cancelled as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, failed
from gitwf.engine.unit.tally import Tally
from gitwf.language import tree
from gitwf.language.expand import arguments
from gitwf.language.scope import EvaluationError
from gitwf.language.value import Value
from gitwf.plan.errand import Deed, Errand, ErrandError, Fault, Launch
from gitwf.repo.errors import RepositoryError, StorageFullError
from gitwf.targets.job import Streams

_OUTPUT = "output"
_READ = 1 << 26
"""Bytes of an agent's output that are looked at, from its end."""


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
            failure = call.failed(Kind.TYPE, error.message)
            return self._steps.play(call, frame, lambda: Ended(failed(failure))).outcome
        told = (f"/{errand.command}", *errand.words)
        call = msgspec.structs.replace(call, args=told)
        checked, counts = _checked(options, droid), errand.merge != "none"

        def ended() -> Ended:
            kept = self._context.earlier.ended(call, None)
            if kept is not None:
                return kept
            with self._line.standing(droid.span.start, frame.step, counts=counts) as stand:
                return self._ended(errand, checked, call, frame, stand)

        outcome = self._steps.play(call, frame, ended).outcome
        if frame.counted:
            self._tally.add(cached=False)
        return msgspec.structs.replace(outcome, output=_printed(outcome.result))

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
            merge=options.text("merge", "none"),
            timeout=options.duration("timeout"),
            turns=options.texts.get("turns"),
            budget=options.texts.get("budget"),
            allow=tuple(filter(None, options.text("allow", "").split(","))),
        )

    def _ended(
        self, errand: Errand, check: tree.Command | None, call: Call, frame: Frame, stand: Stand
    ) -> Ended:
        try:
            launch = self._agents.begin(errand)
            with self._closing(errand):
                return self._done(errand, launch, check, call, frame, stand)
        except ErrandError as error:
            return Ended(failed(_failure(error.fault, call)))
        except StorageFullError:
            raise
        except RepositoryError as error:
            return Ended(failed(call.failed(Kind.START, f"`{call.command}`: {error}")))

    def _done(
        self,
        errand: Errand,
        launch: Launch,
        check: tree.Command | None,
        call: Call,
        frame: Frame,
        stand: Stand,
    ) -> Ended:
        """Have the agent work, look at what it did, check that, and merge it."""
        finished = self._work(launch, call, frame).run()
        deed = self._agents.end(errand, _said(finished), ended_well=finished.failure is None)
        failure = _why(finished.failure, deed, call)
        if failure is None and check is not None:
            failure = self._checked(check, Path(launch.directory), call, frame)
        record = dict(deed.record)
        if failure is None and errand.merge != "none":
            stand.wait(frame.stop)
            try:
                record["merged"] = self._agents.merge(errand)
            except ErrandError as error:
                failure = _failure(error.fault, call)
        outcome = Outcome(result=deed.result) if failure is None else failed(failure)
        outcome = msgspec.structs.replace(outcome, output=_printed(outcome.result))
        outcome = poured(outcome, call, frame)
        return Ended(msgspec.structs.replace(outcome, output=()), about={"droid": record})

    def _work(self, launch: Launch, call: Call, frame: Frame) -> Work:
        process = Process(
            launch.argv,
            Path(launch.directory),
            launch.environment,
            timeout=launch.timeout,
            uses=launch.uses,
            closed=True,
            hidden=launch.hidden,
        )
        return Work(self._context, call, process, frame.piped(Streams()))

    def _checked(
        self, check: tree.Command, worktree: Path, call: Call, frame: Frame
    ) -> Failure | None:
        """Return why the command that checks an agent's work failed, or None."""
        frame = frame.piped().at("check")
        failure = self._check(worktree).play(check, frame).failure
        if failure is None:
            return None
        message = f"`{call.command}`: its check failed: {failure.message}"
        return call.failed(failure.kind, message, failure.status)

    @contextmanager
    def _closing(self, errand: Errand) -> Iterator[None]:
        """Remove the worktree at the end of the block, unless a full disk has kept work from being kept."""
        try:
            yield
        except StorageFullError:
            raise
        except BaseException:
            self._agents.close(errand)
            raise
        else:
            self._agents.close(errand)


def _checked(options: Given, droid: tree.Droid) -> tree.Command | None:
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


def _why(failure: Failure | None, deed: Deed, call: Call) -> Failure | None:
    """Return why an agent's step has failed by now: its process, or what it did."""
    if failure is None:
        return None if deed.fault is None else _failure(deed.fault, call)
    if failure.kind is not Kind.EXIT or deed.remark is None:
        return failure
    return msgspec.structs.replace(failure, message=f"{failure.message}; {deed.remark}")


def _failure(fault: Fault, call: Call) -> Failure:
    return call.failed(Kind(fault.kind), f"`{call.command}`: {fault.message}")


def _printed(result: Value) -> tuple[bytes, ...]:
    """Return the output of a step: what the agent said last."""
    answer = result.get(_OUTPUT) if isinstance(result, dict) else None
    return (f"{answer}\n".encode(),) if isinstance(answer, str) and answer else ()
