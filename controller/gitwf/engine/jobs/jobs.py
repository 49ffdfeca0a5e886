"""Plays the process of a command: starts its job, waits, and says how it ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from gitwf.engine.jobs.context import RunContext
from gitwf.engine.jobs.ending import failure_of
from gitwf.engine.replay.folders import losses, newest_folder, next_folder
from gitwf.engine.replay.mask import Mask
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind
from gitwf.engine.unit.resources import TooMuchError
from gitwf.engine.unit.stop import GRACE
from gitwf.engine.unit.threads import after
from gitwf.plan.place import LOCAL, Choice
from gitwf.records.adopting import TakenOverError
from gitwf.repo.disk import demand_room
from gitwf.targets.files import Files
from gitwf.targets.job import (
    NO_STREAMS,
    Exit,
    Job,
    JobFolder,
    JobSpec,
    Streams,
    TakenError,
    Target,
)

_NOT_STARTED = 126
"""The exit status of what could not be started, as shells have it."""

_LOST = 137
"""The exit status of what nobody knows the end of: as of what was killed."""

_FLOODED = 153
"""The exit status of a process that SIGXFSZ ended: a file became larger than it may."""

_FLOOD_GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL for a job that prints too much: it may go on to."""


class Process(msgspec.Struct, frozen=True):
    """What to run for a command.

    ``timeout`` in seconds; ``secrets`` are names; ``uses`` are named resources, with how much of
    each, and ``slot`` is whether it counts as one of the jobs at once. ``kept``: the file with its
    output is needed though it writes into a pipe. ``closed``: it gets nothing of the controller's
    environment. ``hidden`` are values that it has and no log may hold. ``target`` is where it runs,
    ``deps`` are paths that it reads, relative to ``directory``, where it is no stage; ``elsewhere`` is
    what runs on another machine in place of ``argv``. ``is_bare``: it needs nothing of the workspace
    there, and runs at home.
    """

    argv: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()
    timeout: float | None = None
    uses: Mapping[str, float] = {}
    slot: bool = True
    kept: bool = False
    closed: bool = False
    hidden: tuple[str, ...] = ()
    target: Choice = LOCAL
    deps: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    is_bare: bool = False


class Finished(msgspec.Struct, frozen=True):
    """A job that ended: its folder, and why it failed or None."""

    folder: JobFolder
    failure: Failure | None


class Work(msgspec.Struct, frozen=True):
    """A process that is to be played as the job of a step, with what is around it.

    ``files`` are those of the workspace that it needs on another machine.
    """

    context: RunContext
    call: Call
    process: Process
    frame: Frame
    files: Files | None = None

    def is_begun(self) -> bool:
        """Return whether an earlier controller started the job."""
        return self._folder().is_begun()

    def prepare(self) -> None:
        """Put the job's folder on the disk, so that a crash leaves no doubt whether it was begun.

        Raises:
            StorageFullError: if there is no room for it.
        """
        if not self._missing():
            with suppress(OSError):  # the start meets it again, and says it
                self._target().prepare(self._folder().path, self._spec())

    def begin_again(self) -> bool:
        """Make a further folder for a job that was lost; return False where it must not begin again.

        What it read from a pipe is gone, and what it wrote into one was read. One that deleted its
        own folder would do so again.
        """
        run, step = self.context.folder, self.call.step
        is_joined = self.frame.streams != NO_STREAMS
        if is_joined or losses(run, step) >= self.context.lost_retries:
            return False
        if not newest_folder(run, step).is_dir():
            return False
        with suppress(OSError):
            self._target().prepare(next_folder(run, step), self._spec())
            return True
        return False

    def run(self) -> Finished:
        """Start the job and wait for its end; adopt it where an earlier controller started it.

        A stop of the frame, the time limit and the limit of what it prints end all of its processes.
        The time limit does not run while it waits for its turn.
        """
        folder, is_begun = self._folder(), self.is_begun()
        if not is_begun and (problem := self._problem()):
            return Finished(folder, problem)
        taking = self.frame.supply.job(
            self.process.uses, self.frame.stop, slot=self.process.slot, begun=is_begun
        )
        try:
            with taking:
                return Finished(folder, self._run(folder))
        except TooMuchError as error:
            return Finished(folder, self._failed(Kind.START, f"`{self.call.command}`: {error}"))

    def _run(self, folder: JobFolder) -> Failure | None:
        """Start the job, wait for its end and return why it failed, or None.

        Raises:
            StorageFullError: if there was no room for it to begin.
            TakenOverError: if another clone plays the run now.
        """
        try:
            job = self._target().start(folder.path, self._spec(), self._streams())
            end, cut_short = self._wait(job)
        except TakenError as error:
            raise TakenOverError(f"run `{self.context.id}`: {error}") from None
        except (OSError, ValueError) as error:
            return self._unfinished(folder, str(error))
        if end.status is None and folder.path.is_dir() and not folder.is_begun():
            demand_room(folder.path)
        self._mask(folder)
        if cut_short is not None or end.status == 0:
            return cut_short
        stop = self.frame.stop
        if stopped := stop.failure or stop.foretold:
            return self._failed(stopped.kind, stopped.message, stopped.status)
        piped = self.frame.streams.stdout is not None
        return failure_of(end.status, folder, self.call, piped=piped)

    def _wait(self, job: Job) -> tuple[Exit, Failure | None]:
        """Wait for the end of the job; return it, and why it was cut short by a limit of its own."""
        reasons: list[Failure] = []

        def expire() -> float | None:
            left = self._left(job.folder)
            if left or job.folder.is_over():
                return left  # it began later than was thought: files were sent before
            said = f"did not end in {self.process.timeout:g} s"
            reasons.append(self._failed(Kind.TIMEOUT, f"`{self.call.command}` {said}", 124))
            job.cancel(GRACE)
            return None

        def overflow() -> None:
            said = f"was stopped: it printed more than {self.context.log_max.words()} (`log_max`)"
            reasons.append(self._failed(Kind.EXIT, f"`{self.call.command}` {said}", _FLOODED))
            job.cancel(_FLOOD_GRACE)

        stop, floods = self.frame.stop, self.context.floods
        with (
            after(self._left(job.folder), expire),
            floods.watching(job.folder, self.context.log_max, overflow),
            stop.listening(lambda: job.cancel(stop.grace)),
        ):
            if stop.foretold:
                job.cancel(stop.grace)
            return job.wait(), next(iter(reasons), None)

    def _left(self, folder: JobFolder) -> float | None:
        """Return the seconds that the job has left, whoever started it; None for no limit.

        One that has ended while nobody looked is taken as it is.
        """
        limit = self.process.timeout
        if limit is None or folder.is_over():
            return None
        began = folder.began()
        return limit if began is None else max(0.0, limit - max(0.0, time.time() - began))

    def _problem(self) -> Failure | None:
        """Return why a job that was not begun yet cannot be started, or None."""
        if missing := self._missing():
            message = f"the secret `{missing[0]}` is not in the controller's environment"
            return self._failed(Kind.START, message)
        if not self.process.directory.is_dir():
            return self._not_started(self._no_directory())
        return None

    def _no_directory(self) -> str:
        place = self.process.directory.relative_to(self.context.workspace)
        if self.context.workspace.is_dir():
            return f"there is no folder `{place}`"
        return "the workspace of the run was deleted"

    def _mask(self, folder: JobFolder) -> None:
        """Hide secrets in what the job left; what came through a pipe may hold those of others."""
        named = self.process.secrets
        if self.frame.streams.stdin is not None:
            named = tuple(self.context.secrets)
        values = [*self.process.hidden, *(self.context.secrets[name] for name in named)]
        if not values:
            return
        mask = Mask(values)
        for path in (folder.out, folder.err, folder.result):
            mask.file(path)

    def _folder(self) -> JobFolder:
        return JobFolder(newest_folder(self.context.folder, self.call.step))

    def _missing(self) -> list[str]:
        return [name for name in self.process.secrets if name not in self.context.secrets]

    def _spec(self) -> JobSpec:
        secrets = {name: self.context.secrets[name] for name in self.process.secrets}
        environment = {
            **({} if self.process.closed else self._inherited()),
            **self.frame.environment,
            **self.process.environment,
            **secrets,
            **self.context.variables(self.call.step, self.call.attempt),
        }
        directory, argv = str(self.process.directory), self.process.argv
        if self.process.is_bare:
            directory = ""
        if not self.process.target.is_local:
            argv = self.process.elsewhere or argv
        return JobSpec(argv, directory, environment, frozenset(secrets), self.files)

    def _target(self) -> Target:
        return self.context.targets.of(self.process.target)

    def _inherited(self) -> dict[str, str]:
        """Return what every command gets, unless it is closed off; another machine has its own."""
        observers = self.frame.observers.environment(self.frame.trial)
        return {**(self.context.environment if self.process.target.is_local else {}), **observers}

    def _streams(self) -> Streams:
        """Return the pipes of the job; its output is kept too where somebody asks for it."""
        kept = self.process.kept or self.frame.wanted
        return msgspec.structs.replace(self.frame.streams, kept=kept)

    def _unfinished(self, folder: JobFolder, why: str) -> Failure:
        """Return the failure of a job that could not be started, or whose end could not be told."""
        if not folder.is_begun():
            return self._not_started(why)
        return self._failed(Kind.LOST, f"`{self.call.command}`: {why}", _LOST)

    def _not_started(self, why: str) -> Failure:
        return self._failed(
            Kind.START, f"`{self.call.command}` could not be started: {why}", _NOT_STARTED
        )

    def _failed(self, kind: Kind, message: str, status: int = 1) -> Failure:
        return self.call.failed(kind, message, status)
