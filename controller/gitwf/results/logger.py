"""Writes a line into the file of results at the end of each trial, and of each stage outside of one.

What a run had written before a crash is not written again, and what is restored from the cache only
where the file does not have it: it is no new experiment.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.mask import Mask
from gitwf.engine.unit.observer import Played, Trial
from gitwf.engine.unit.outcome import Outcome
from gitwf.engine.unit.scope import Scope
from gitwf.engine.unit.tally import flat
from gitwf.language.document import from_yaml
from gitwf.language.value import Number, Value
from gitwf.records.fold import RunRecord
from gitwf.repo.errors import RepositoryError
from gitwf.results.entry import Entry, decode, encode, raw
from gitwf.results.file import ResultsFile
from gitwf.results.known import Known
from gitwf.results.naming import experiment_id, phase_of

log = logging.getLogger(__name__)


class ResultsLogger:
    """Logs the results of one run.

    ``config`` are the names of what makes up an experiment's configuration, variables or dotted keys
    of `params.yaml`; None: the axes of its trial, and the parameters of its commands.
    """

    def __init__(
        self, file: ResultsFile, context: RunContext, config: Sequence[str] | None
    ) -> None:
        self._file = file
        self._context = context
        self._config = config
        self._mask = Mask(context.secrets.values())
        self._known = Known()
        self._lock = threading.Lock()
        self._trials: dict[str, list[Played]] = {}

    def begun(self) -> None:
        """Wait for what is played."""

    def trials(self, trials: Sequence[Trial]) -> None:
        """Wait for their ends."""

    def environment(self, _trial: Trial | None) -> Mapping[str, str]:
        """Give commands nothing."""
        return {}

    def played(self, command: Played) -> None:
        """Write a line for a stage with metrics; one of a trial waits for the trial's end."""
        if command.trial is not None:
            with self._lock:
                self._trials.setdefault(command.trial.step, []).append(command)
        elif command.metrics:
            self._write(command.step, [command], {}, command.metrics, command.scope)

    def tried(self, trial: Trial, outcome: Outcome, scope: Scope) -> None:
        """Write a line for a trial that succeeded, if it has metrics."""
        with self._lock:
            commands = self._trials.pop(trial.step, [])
        metrics = metrics_of(commands, outcome)
        if outcome.succeeded and metrics:
            self._write(trial.step, commands, trial.axes, metrics, scope)

    def over(self, _record: RunRecord) -> None:
        """Leave the file as it is."""

    def _write(
        self,
        step: str,
        commands: Sequence[Played],
        axes: Mapping[str, Value],
        metrics: Mapping[str, Value],
        scope: Scope,
    ) -> None:
        settings = settings_of(commands, axes)
        command = measured(commands)
        phase = phase_of(scope.variables.get("phase"), command, self._context.workflow)
        entry = Entry(
            metrics={name: raw(value) for name, value in metrics.items()},
            timestamp=raw(datetime.now().isoformat(timespec="microseconds")),  # noqa: DTZ005
            phase=raw(phase),
            experiment_id=raw(experiment_id(phase, command, axes or settings)),
            config={name: raw(v) for name, v in self._chosen(settings, scope).items()},
            run=self._context.id,
            step=step,
        )
        self._append(decode(self._mask.data(encode(entry))), commands)

    def _chosen(self, settings: Mapping[str, Value], scope: Scope) -> Mapping[str, Value]:
        if self._config is None:
            return settings
        found = {n: settings[n] if n in settings else variable(scope, n) for n in self._config}
        return {name: value for name, value in found.items() if value is not None}

    def _append(self, entry: Entry, commands: Sequence[Played]) -> None:
        is_restored = bool(commands) and all(c.cached for c in commands if c.metrics)

        def has_it(descriptor: int) -> bool:
            if not self._context.resumed and not is_restored:
                return False
            self._known.look(descriptor)
            return self._known.has_step(entry) or (
                is_restored and self._known.has_experiment(entry)
            )

        try:
            with self._lock:
                self._file.append(entry, has_it)
        except (OSError, RepositoryError) as error:
            log.warning("a result could not be written to `%s`: %s", self._file.path, error)


def metrics_of(commands: Iterable[Played], outcome: Outcome) -> Mapping[str, Value]:
    """Return what a trial measured: its stages' metrics, or else the numbers of its result."""
    merged = {name: value for command in commands for name, value in command.metrics.items()}
    if merged or not isinstance(outcome.result, dict):
        return merged
    return {name: value for name, value in flat(outcome.result) if isinstance(value, Number)}


def settings_of(commands: Iterable[Played], axes: Mapping[str, Value]) -> dict[str, Value]:
    """Return what an experiment was made with: the axes first, then parameters of its commands."""
    parameters = {n: v for command in commands for n, v in command.parameters.items()}
    return {**axes, **{name: v for name, v in parameters.items() if name not in axes}}


def measured(commands: Sequence[Played]) -> str:
    """Return the name of the command that measured: the last with metrics, or else the last."""
    with_metrics = [command.name for command in commands if command.metrics]
    return (with_metrics or [command.name for command in commands] or [""])[-1]


def variable(scope: Scope, name: str) -> Value:
    """Return a variable of the workflow, or what a dotted key reaches in one or in `params.yaml`.

    It is null where there is none. The run does not notice that somebody looked.
    """
    if (found := _within(scope.variables, name)) is not None:
        return found
    try:
        return _within(from_yaml((scope.workspace / "params.yaml").read_text("utf-8")), name)
    except (OSError, ValueError):
        return None


def _within(value: Value | Mapping[str, Value], name: str) -> Value:
    for key in name.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if not isinstance(value, Mapping) else dict(value)
