"""Hears of one run, and puts down in its outbox what MLflow is to know of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.mask import Mask
from gitwf.engine.unit.observer import Played, Trial
from gitwf.engine.unit.outcome import Kind, Outcome
from gitwf.engine.unit.scope import Scope
from gitwf.engine.unit.tally import flat
from gitwf.language.value import Number, Value, to_text
from gitwf.records.event import Out
from gitwf.records.fold import RunRecord
from gitwf.tracking.clock import now
from gitwf.tracking.note import (
    RUN,
    Create,
    End,
    Log,
    Note,
    Series,
    decode,
    encode,
    name,
    param,
    tag,
)
from gitwf.tracking.outbox import Outbox, Target
from gitwf.tracking.series import series_files

BUDGET = 0.03
"""Seconds that a run may wait in all, for ids that MLflow gives."""

_STEP = 0.002
_ENDS = {"succeeded": "FINISHED", "failed": "FAILED", "cancelled": "KILLED", "lost": "FAILED"}


class Tracker:
    """Tracks one run; ``wake`` has the process beside look into the outbox."""

    def __init__(
        self, context: RunContext, target: Target, outbox: Outbox, wake: Callable[[], object]
    ) -> None:
        self._context = context
        self._target = target
        self._outbox = outbox
        self._wake = wake
        self._mask = Mask(context.secrets.values())
        self._lock = threading.Lock()
        self._logged: set[str] = set()
        self._measured: dict[str, set[str]] = {}
        self._known: Mapping[str, str] = {}
        self._budget = BUDGET

    def begun(self) -> None:
        """Begin the run."""
        self._outbox.open(self._target)
        if self._context.resumed:
            self._logged = self._outbox.logged()
        stem = PurePosixPath(self._context.workflow).stem
        self._put(Create(RUN, f"{stem} {self._context.id}", now(), self._tags(RUN)))
        self._wake()

    def trials(self, trials: Sequence[Trial]) -> None:
        """Begin the runs of trials, with what they try."""
        for trial in trials:
            label = " ".join(f"{key}={to_text(value)}" for key, value in trial.axes.items())
            self._put(Create(trial.step, label, now(), self._tags(trial.step)))
            self._log(Log(trial.step, f"{trial.step} axes", now(), _params(trial.axes)))
        self._wake()

    def environment(self, trial: Trial | None) -> Mapping[str, str]:
        """Return what has a script log into the same run, as variables that MLflow itself reads.

        Where the id is not there in time the script's run is one of its own, with our tags.
        """
        key = trial.step if trial else RUN
        ids = self._ids(key)
        tags = {tag: value for tag, value in self._tags(key).items() if tag.startswith("wf.")}
        if key not in ids and RUN in ids:
            tags["mlflow.parentRunId"] = ids[RUN]
        given = {
            "MLFLOW_TRACKING_URI": self._target.uri,
            "MLFLOW_EXPERIMENT_NAME": self._target.experiment,
            "MLFLOW_RUN_CONTEXT": json.dumps(tags),
        }
        return {**given, "MLFLOW_RUN_ID": ids[key]} if key in ids else given

    def played(self, command: Played) -> None:
        """Log a command: in its trial, or in the run."""
        params = {**_params(command.params), **_params(command.parameters)}
        metrics = {name(key): value for key, value in _figures(command.metrics)}
        outs = {f"wf.out.{name(out.path)}": self._link(out) for out in command.outs}
        series = self._series(command)
        if params or metrics or outs or series:
            key = command.trial.step if command.trial else RUN
            self._measured.setdefault(key, set()).update(metrics)
            self._log(Log(key, command.step, now(), params, metrics, outs, series))
            self._wake()

    def tried(self, trial: Trial, outcome: Outcome, _scope: Scope) -> None:
        """End the run of a trial, with the figures of its result that no stage of it has logged."""
        fields = outcome.result if isinstance(outcome.result, dict) else {}
        figures = {name(key): value for key, value in _figures(dict(flat(fields)))}
        known = self._measured.get(trial.step, set())
        metrics = {key: value for key, value in figures.items() if key not in known}
        if metrics:
            self._log(Log(trial.step, f"{trial.step} result", now(), {}, metrics))
        failure = outcome.failure
        tags = {} if failure is None else {"wf.error": tag(failure.message)}
        cancelled = failure is not None and failure.kind is Kind.CANCELLED
        status = "FINISHED" if failure is None else "KILLED" if cancelled else "FAILED"
        self._put(End(trial.step, status, now(), tags))
        self._wake()

    def over(self, record: RunRecord) -> None:
        """End the run."""
        tags = {"wf.executed": str(record.executed), "wf.restored": str(record.restored)}
        if record.error is not None:
            tags["wf.error"] = tag(record.error.message)
        self._put(End(RUN, _ENDS.get(record.status, "FAILED"), now(), tags))
        self._wake()

    def _tags(self, step: str) -> dict[str, str]:
        run = self._context
        return {
            "wf.run": run.id,
            "wf.step": step,
            "wf.workflow": tag(run.workflow),
            "wf.commit": run.commit,
            "wf.branch": tag(run.branch or ""),
            "wf.key": run.key,
            "wf.attempt": str(run.attempt),
            "mlflow.source.git.commit": run.commit,
            "mlflow.source.name": tag(run.workflow),
            "mlflow.source.type": "PROJECT",
        }

    def _link(self, out: Out) -> str:
        """Return where an out is: its hash in DVC's cache, and what brings it back."""
        return tag(
            f"md5:{out.hash} ({out.size} bytes); git wf checkout {self._context.id} {out.path}"
        )

    def _series(self, command: Played) -> tuple[Series, ...]:
        """Keep copies of the series that a stage wrote: its workspace is gone when they are sent."""
        if command.stage is None or command.step in self._logged:
            return ()
        folder = self._context.workspace / command.stage.place
        found = series_files(folder, (out.path for out in command.stage.outs))
        return tuple(Series(name(key), self._outbox.keep(path)) for key, path in found.items())

    def _ids(self, key: str) -> Mapping[str, str]:
        """Return the ids that MLflow gave, after a moment's wait for that of ``key``.

        Where MLflow could not be reached the last time, nothing is waited for.
        """
        ids = self._known if key in self._known else self._outbox.ids()
        begun = time.monotonic()
        with self._lock:
            deadline = begun + self._budget
        while key not in ids and time.monotonic() < deadline and not self._outbox.is_hopeless():
            time.sleep(_STEP)
            ids = self._outbox.ids()
        with self._lock:
            self._budget = max(0.0, self._budget - (time.monotonic() - begun))
            self._known = ids
        return ids

    def _log(self, note: Log) -> None:
        """Log what was not logged by an earlier playing of the run."""
        with self._lock:
            if note.step in self._logged:
                return
            self._logged.add(note.step)
        self._put(note)

    def _put(self, note: Note) -> None:
        self._outbox.add(decode(self._mask.data(encode(note))))


def _params(values: Mapping[str, Value]) -> dict[str, str]:
    return {name(key): param(to_text(value)) for key, value in values.items()}


def _figures(values: Mapping[str, Value]) -> Iterable[tuple[str, float]]:
    for key, value in values.items():
        if isinstance(value, Number):
            yield key, float(value.decimal)
