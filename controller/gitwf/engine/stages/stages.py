"""Plays a DVC stage: restored where its result is known, else executed and its outs saved.

Stages of one run may be played at once, and so may runs that would execute the same stage: one
does, the others wait and restore. Who waits holds nothing that another waits for.
"""

from __future__ import annotations

import posixpath
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from gitwf.data import runcache
from gitwf.data.entry import Entry
from gitwf.data.errors import (
    DataError,
    GoneDepError,
    MissingDepError,
    MissingObjectError,
    MissingOutError,
    PathError,
)
from gitwf.data.execute import begin, restore, save
from gitwf.data.look import Look, look
from gitwf.data.meter import Meter
from gitwf.data.metrics import metrics_of
from gitwf.data.project import Project
from gitwf.engine.replay.steps import Call, Ended
from gitwf.engine.stages.claims import Claim, Claims
from gitwf.engine.stages.executions import Executions
from gitwf.engine.stages.files import StageFiles
from gitwf.engine.stages.kept import answer, keep
from gitwf.engine.stages.recovering import LOST, recovered
from gitwf.engine.stages.safekeeping import Safekeeping
from gitwf.engine.unit.outcome import Kind, Outcome, failed
from gitwf.engine.unit.result import result_of
from gitwf.engine.unit.stop import Stop
from gitwf.engine.unit.tally import flat
from gitwf.language.value import Value, from_data
from gitwf.plan.stage import Stage
from gitwf.records.event import Out
from gitwf.repo.disk import room
from gitwf.targets.job import JobFolder


class Shelf(Protocol):
    """Keeps what restored stages must answer, and the stages that the run has used."""

    def find(self, key: str) -> bytes | None:
        """Return the newest record kept for the stage key, or None."""
        ...

    def put(self, key: str, record: bytes) -> None:
        """Keep a record with the run."""
        ...

    def use(self, stage: Stage) -> None:
        """Have the run's `dvc.yaml` hold ``stage``."""
        ...


Execute = Callable[[], "JobEnd"]


class Need(msgspec.Struct, frozen=True):
    """What is asked of a stage this time.

    ``wanted``: its result or output is used. ``begun``: an earlier controller started its command,
    so that it is taken up, and what it wrote must stay. ``forced``: why it is executed although a
    result may be known, or None; what it answers then is kept for nobody else. ``piped``: it runs
    together with others, so it waits for nobody.
    """

    wanted: bool
    begun: bool
    forced: str | None = None
    piped: bool = False


class JobEnd(msgspec.Struct, frozen=True):
    """The end of the job of a stage's command."""

    folder: JobFolder
    outcome: Outcome


class _Task(msgspec.Struct, frozen=True):
    """A stage to be played, and all that belongs to this playing of it."""

    project: Project
    stage: Stage
    call: Call
    execute: Execute
    need: Need
    claim: Claim


class Stages:
    """Plays the stages of one run in its workspace."""

    def __init__(
        self,
        workspace: Path,
        shelf: Shelf,
        executions: Executions,
        run: str,
        safekeeping: Safekeeping | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._workspace = workspace
        self._shelf = shelf
        self._executions = executions
        self._run = run
        self._safekeeping = safekeeping or Safekeeping()
        self._meter = meter
        self._claims = Claims()
        self._projects: dict[str, Project] = {}
        self._opening = threading.Lock()

    def play(self, stage: Stage, call: Call, execute: Execute, need: Need, stop: Stop) -> Ended:
        """Return how the stage ended; ``execute`` starts its command, or takes it up.

        Raises:
            StoppedError: if the stop is asked for while it waits for another stage.
            StorageFullError: if the disk is full.
        """
        try:
            with room(self._workspace):
                return self._claimed(self._project(stage), stage, call, execute, need, stop)
        except DataError as error:
            return _failed(call, error)
        except OSError as error:
            message = f"stage `{stage.name}`: {error.strerror or error}"
            return Ended(failed(call.failed(Kind.START, message)))

    def recall(self, stage: Stage) -> None:
        """Have the run hold a stage that an earlier playing of the run has played."""
        self._shelf.use(stage)

    def restorable(self, stages: Iterable[Stage]) -> str:
        """Return where the outs of ``stages`` can be had from: ``remote``, ``here`` or ``no``."""
        try:
            projects = [(self._project(stage), stage) for stage in stages]
            found = [(p, p.lockfile(stage.folder).entry(stage.name)) for p, stage in projects]
        except DataError:
            return "no"
        return self._safekeeping.restorable([(project, entry) for project, entry in found if entry])

    def files(self, stage: Stage) -> StageFiles:
        """Return the files that ``stage`` needs where it is executed on another machine."""
        return StageFiles(self._workspace, stage, lambda: self._project(stage))

    def note_hashes(self) -> None:
        """Tell DVC what was hashed in this tree, where a person works in it too."""
        for project in self._projects.values():
            project.note_hashes()

    def _project(self, stage: Stage) -> Project:
        """Return the DVC project of ``stage``, free of what an earlier playing of the run held."""
        with self._opening:
            if stage.root not in self._projects:
                project = Project.open(self._workspace / stage.root, self._meter)
                self._safekeeping.adopt(project)
                project.rwlock.forget(self._run)
                self._projects[stage.root] = project
            return self._projects[stage.root]

    def _claimed(
        self,
        project: Project,
        stage: Stage,
        call: Call,
        execute: Execute,
        need: Need,
        stop: Stop,
    ) -> Ended:
        outs = _paths(project, stage, (out.path for out in stage.outs))
        claim = Claim(stage, _paths(project, stage, stage.deps), outs)
        task = _Task(project, stage, call, execute, need, claim)
        with self._claims.claiming(claim, stop, patient=not need.piped):
            return self._play(task, stop)

    def _play(self, task: _Task, stop: Stop) -> Ended:
        seen = self._look(task)
        single = task.need.forced is None and not task.need.piped
        if task.need.begun:
            with self._executions.again(seen.key if single else None):
                return self._execute(task, seen, "taken up where it was left")
        seen = self._recovered(task, seen, stop)
        done = self._restored(task, seen)
        if isinstance(done, Ended):
            return done
        with self._executions.alone(seen.key if single else None, stop) as other:
            if other is not None or _has_come(task, seen):
                seen = self._recovered(task, self._look(task), stop)
                done = self._restored(task, seen)
            if isinstance(done, Ended):
                return _waited(done, other)
            return _waited(self._execute(task, seen, done), other)

    def _look(self, task: _Task) -> Look:
        seen = look(task.project, task.stage)
        if seen.missing_deps:
            raise MissingDepError(seen.missing_deps)
        self._shelf.use(task.stage)
        return seen

    def _recovered(self, task: _Task, seen: Look, stop: Stop) -> Look:
        if task.need.forced is not None:
            return seen
        return recovered(task.project, task.stage, seen, self._record(seen), stop)

    def _record(self, seen: Look) -> bytes | None:
        """Return what is kept of the stage's answer with these deps, or None."""
        return self._shelf.find(seen.name) if seen.name else None

    def _restored(self, task: _Task, seen: Look) -> Ended | str:
        """Restore the stage, or return why it must be executed; a frozen one never is."""
        if task.stage.frozen and seen.entry is not None:
            return self._restore(task, seen, seen.entry, None)
        if task.need.forced is not None:
            return task.need.forced
        if seen.entry is None:
            return seen.reason
        record = self._record(seen)
        kept = answer(task.project.cache, record, seen.value) if record else None
        if kept is None and task.need.wanted:
            return "its result is used, and none is recorded"
        try:
            return self._restore(task, seen, seen.entry, kept)
        except MissingObjectError:
            return LOST  # removed since the look, by `dvc gc`

    def _restore(self, task: _Task, seen: Look, entry: Entry, kept: Outcome | None) -> Ended:
        if not seen.unchanged:
            self._claims.write(task.claim)
        restore(task.project, task.stage, seen)
        self._safekeeping.take(task.project, task.stage, entry, seen.key, self._record(seen))
        return Ended(
            kept or Outcome(),
            cached=True,
            outs=_outs(entry),
            metrics=dict(flat(metrics_of(task.project, task.stage))),
            reason=seen.reason,
            params=_params(entry),
        )

    def _execute(self, task: _Task, seen: Look, reason: str) -> Ended:
        project, claim = task.project, task.claim
        read, write = (
            [self._workspace / p for p in paths] for paths in (claim.reads, claim.writes)
        )
        with project.rwlock.busy(self._run, read=read, write=write):
            self._claims.write(claim)
            if not task.need.begun:
                begin(project, task.stage)
            end = task.execute()
            if end.outcome.succeeded:
                return self._save(task, seen, end, reason)
        printed = result_of(end.folder, None)
        outcome = msgspec.structs.replace(end.outcome, result=printed.value)
        return Ended(outcome, reason=reason, warning=printed.warning)

    def _save(self, task: _Task, seen: Look, end: JobEnd, reason: str) -> Ended:
        reusable = task.need.forced is None and not task.claim.disturbed
        saved = save(task.project, task.stage, seen, reusable=reusable)
        result = result_of(end.folder, dict(saved.metrics) or None)
        record = None
        if seen.name is not None and reusable and not saved.changed_deps:
            record = keep(task.project.cache, saved.entry.value(), result.value, end.folder)
            self._shelf.put(seen.name, record)
        unkept = self._safekeeping.take(task.project, task.stage, saved.entry, seen.key, record)
        return Ended(
            msgspec.structs.replace(end.outcome, result=result.value),
            outs=_outs(saved.entry),
            metrics=dict(flat(dict(saved.metrics))),
            reason=reason,
            warning=_warning(task, saved.changed_deps) or result.warning or unkept,
            params=_params(saved.entry),
        )


def _paths(project: Project, stage: Stage, paths: Iterable[str]) -> list[str]:
    """Return where ``paths`` of the stage are in the workspace."""
    names = (project.name_of(project.resolve(stage.wdir, path)) for path in paths)
    return [posixpath.normpath(posixpath.join(stage.root, name)) for name in names]


def _has_come(task: _Task, seen: Look) -> bool:
    """Return whether another run may have executed the stage since it was ``seen``."""
    if seen.key is None or seen.entry is not None:
        return False
    return runcache.has(task.project.cache, seen.key)


def _waited(ended: Ended, other: str | None) -> Ended:
    if other is None:
        return ended
    return msgspec.structs.replace(ended, reason=f"{ended.reason}; waited for run {other}")


def _outs(entry: Entry) -> tuple[Out, ...]:
    return tuple(Out(item.path, item.content.md5, item.content.size or 0) for item in entry.outs)


def _params(entry: Entry) -> dict[str, Value]:
    """Return the params of a stage, flat."""
    tables = (from_data(dict(values)) for values in entry.params.values())
    return {name: value for table in tables for name, value in flat(table)}


def _warning(task: _Task, changed: tuple[str, ...]) -> str | None:
    """Return what is wrong with what the stage read, or None."""
    while_running = f"while `{task.call.command}` ran: its result is not kept for others"
    if task.claim.disturbed:
        path, other = min(task.claim.disturbed.items())
        return f"stage `{other}` wrote `{path}` {while_running}"
    if changed:
        names = ", ".join(f"`{path}`" for path in changed)
        return f"{names} changed {while_running}"
    return None


def _failed(call: Call, error: DataError) -> Ended:
    match error:
        case MissingDepError() | MissingOutError() | GoneDepError():
            kind = Kind.MISSING
        case PathError():
            kind = Kind.PATH
        case _:
            kind = Kind.START
    return Ended(failed(call.failed(kind, str(error))))
