"""Plays a DVC stage: restored where its result is known, else executed and its outs saved."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from gitwf.data.entry import Entry
from gitwf.data.errors import DataError, MissingDepError, MissingOutError, PathError
from gitwf.data.execute import begin, restore, save
from gitwf.data.look import Look, look
from gitwf.data.metrics import metrics_of
from gitwf.data.project import Project
from gitwf.engine.outcome import Kind, Outcome, failed
from gitwf.engine.result import result_of
from gitwf.engine.steps import INLINE, Call, Ended
from gitwf.engine.tally import flat
from gitwf.language.value import Value, from_json, to_json
from gitwf.plan.stage import Stage
from gitwf.records.event import Out
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


_NULL = msgspec.Raw(b"null")


class Kept(msgspec.Struct, frozen=True):
    """What an executed stage answered: kept with the run under the stage's run-cache key.

    ``value`` is the name of the run-cache entry that it belongs to. What is longer than 4 KiB, or
    no UTF-8, is an object of DVC's cache, here its md5.
    """

    value: str
    result: msgspec.Raw = _NULL
    result_md5: str | None = None
    output: str | None = None
    output_md5: str | None = None


Execute = Callable[[], "JobEnd"]


class Need(msgspec.Struct, frozen=True):
    """What is asked of a stage this time.

    ``wanted``: its result or output is used. ``begun``: an earlier controller started its command,
    so that it is taken up, and what it wrote must stay. ``forced``: why it is executed although a
    result may be known, or None; what it answers then is kept for nobody else.
    """

    wanted: bool
    begun: bool
    forced: str | None = None


class JobEnd(msgspec.Struct, frozen=True):
    """The end of the job of a stage's command."""

    folder: JobFolder
    outcome: Outcome


class Stages:
    """Plays the stages of one run in its workspace."""

    def __init__(self, project: Project | DataError, shelf: Shelf, folder: Path) -> None:
        self._project = project
        self._shelf = shelf
        self._folder = folder

    def play(self, stage: Stage, call: Call, execute: Execute, need: Need) -> Ended:
        """Return how the stage ended; ``execute`` starts its command, or takes it up."""
        if isinstance(self._project, DataError):
            return _failed(call, self._project)
        try:
            return self._play(self._project, stage, call, execute, need)
        except DataError as error:
            return _failed(call, error)
        except OSError as error:
            message = f"stage `{stage.name}`: {error.strerror or error}"
            return Ended(failed(call.failed(Kind.START, message)))

    def _play(
        self, project: Project, stage: Stage, call: Call, execute: Execute, need: Need
    ) -> Ended:
        seen = look(project, stage)
        if seen.missing_deps:
            raise MissingDepError(seen.missing_deps)
        self._shelf.use(stage)
        if need.begun:
            reason = "taken up where it was left"
            return self._execute(project, stage, seen, call, execute, need, reason)
        reason = need.forced or seen.reason
        if seen.entry is not None and need.forced is None:
            kept = self._kept(project, seen)
            if kept is not None or not need.wanted:
                return self._restore(project, stage, seen, seen.entry, kept)
            reason = "its result is used, and none is recorded"
        elif seen.key and need.forced is None and self._shelf.find(seen.key) is not None:
            reason = "what it wrote before is no longer in the cache"
        begin(project, stage)
        return self._execute(project, stage, seen, call, execute, need, reason)

    def _restore(
        self, project: Project, stage: Stage, seen: Look, entry: Entry, kept: Outcome | None
    ) -> Ended:
        restore(project, stage, seen)
        return Ended(
            kept or Outcome(),
            cached=True,
            outs=_outs(entry),
            metrics=dict(flat(metrics_of(project, stage))),
            reason=seen.reason,
        )

    def _execute(
        self,
        project: Project,
        stage: Stage,
        seen: Look,
        call: Call,
        execute: Execute,
        need: Need,
        reason: str,
    ) -> Ended:
        end = execute()
        if not end.outcome.succeeded:
            printed = result_of(end.folder, None)
            outcome = msgspec.structs.replace(end.outcome, result=printed.value)
            return Ended(outcome, reason=reason, warning=printed.warning)
        saved = save(project, stage, seen, reusable=need.forced is None)
        result = result_of(end.folder, dict(saved.metrics) or None)
        outcome = msgspec.structs.replace(end.outcome, result=result.value)
        if seen.name is not None and not saved.changed_deps and need.forced is None:
            kept = self._keep(project, saved.entry.value(), result.value, end.folder)
            self._shelf.put(seen.name, kept)
        return Ended(
            outcome,
            outs=_outs(saved.entry),
            metrics=dict(flat(dict(saved.metrics))),
            reason=reason,
            warning=_warning(call, result.warning, saved.changed_deps),
        )

    def _keep(self, project: Project, value: str, result: Value, folder: JobFolder) -> bytes:
        text = to_json(result).encode()
        short = len(text) <= INLINE
        output, output_md5 = self._keep_output(project, folder.out)
        return msgspec.json.encode(
            Kept(
                value,
                msgspec.Raw(text) if short else _NULL,
                None if short else self._add(project, text),
                output,
                output_md5,
            )
        )

    def _keep_output(self, project: Project, path: Path) -> tuple[str | None, str | None]:
        if path.stat().st_size <= INLINE:
            try:
                return path.read_bytes().decode(), None
            except UnicodeDecodeError:
                pass
        return None, project.cache.add(path).md5

    def _add(self, project: Project, text: bytes) -> str:
        with tempfile.NamedTemporaryFile(dir=self._folder) as draft:
            draft.write(text)
            draft.flush()
            return project.cache.add(Path(draft.name)).md5

    def _kept(self, project: Project, seen: Look) -> Outcome | None:
        """Return what the stage answered when the entry was made, or None where nobody knows."""
        record = self._shelf.find(seen.name) if seen.name else None
        if record is None:
            return None
        try:
            kept = msgspec.json.decode(record, type=Kept)
            if kept.value != seen.value:
                return None
            return Outcome(result=_kept_result(project, kept), output=_kept_output(project, kept))
        except (msgspec.DecodeError, OSError, ValueError):
            return None


def _kept_result(project: Project, kept: Kept) -> Value:
    if kept.result_md5 is None:
        return from_json(bytes(kept.result).decode())
    return from_json(Path(project.cache.path(kept.result_md5)).read_text(encoding="utf-8"))


def _kept_output(project: Project, kept: Kept) -> tuple[bytes | Path, ...]:
    if kept.output is not None:
        return (kept.output.encode(),)
    path = Path(project.cache.path(kept.output_md5 or ""))
    path.stat()
    return (path,)


def _outs(entry: Entry) -> tuple[Out, ...]:
    return tuple(Out(item.path, item.content.md5, item.content.size or 0) for item in entry.outs)


def _warning(call: Call, warning: str | None, changed: tuple[str, ...]) -> str | None:
    if changed:
        names = ", ".join(f"`{path}`" for path in changed)
        return f"{names} changed while `{call.command}` ran: its result is not kept for others"
    return warning


def _failed(call: Call, error: DataError) -> Ended:
    match error:
        case MissingDepError() | MissingOutError():
            kind = Kind.MISSING
        case PathError():
            kind = Kind.PATH
        case _:
            kind = Kind.START
    return Ended(failed(call.failed(kind, str(error))))
