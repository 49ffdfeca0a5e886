"""The built-in commands ``/results:log``, ``/results:best`` and ``/results:table``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath

from gitwf.engine.commands.builtin import Body
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.mask import Mask
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, failed
from gitwf.language.value import Number, Value, to_json, to_text
from gitwf.repo.errors import RepositoryError
from gitwf.results.entry import Entry, decode, encode, raw
from gitwf.results.file import ResultsFile
from gitwf.results.known import Known
from gitwf.results.naming import experiment_id, phase_of
from gitwf.results.select import Wanted, best, chosen, metric_names, usual_metric
from gitwf.results.table import as_markdown, table

Values = Mapping[str, Value]


class ResultsCommands:
    """The commands of one run, on its file of results; None: no such file is kept."""

    def __init__(self, file: ResultsFile | None, context: RunContext) -> None:
        self._file = file
        self._context = context
        self._mask = Mask(context.secrets.values())

    def bodies(self) -> Mapping[str, Body]:
        """Return what each command does, by its name."""
        return {"results:log": self._log, "results:best": self._best, "results:table": self._table}

    def _log(self, values: Values, call: Call, frame: Frame) -> Outcome:
        metrics, config = (_fields(values[name]) for name in ("metrics", "config"))
        given = values["phase"] or frame.scope.variables.get("phase")
        workflow = self._context.workflow
        phase = phase_of(given, workflow)
        stem = PurePosixPath(workflow).stem
        name = to_text(values["experiment"]) or experiment_id(phase, stem, config)
        entry = Entry(
            {key: raw(value) for key, value in metrics.items()},
            raw(datetime.now().isoformat(timespec="microseconds")),  # noqa: DTZ005
            raw(phase),
            raw(name),
            {key: raw(value) for key, value in config.items()},
            self._context.id,
            call.step,
        )
        entry, known = decode(self._mask.data(encode(entry))), Known()

        def has_it(descriptor: int) -> bool:
            known.look(descriptor)
            return known.has_step(entry)

        if self._file is None:
            return _off(call)
        try:
            self._file.append(entry, has_it)
        except (OSError, RepositoryError) as error:
            message = f"`{self._file.path}` cannot be written: {error}"
            return failed(call.failed(Kind.PATH, message))
        return Outcome(result=entry.value())

    def _best(self, values: Values, call: Call, _frame: Frame) -> Outcome:
        wanted = _wanted(values)
        if isinstance(wanted, str):
            return failed(call.failed(Kind.TYPE, wanted))
        if self._file is None:
            return _off(call)
        entries = self._entries(wanted)
        metric = wanted.metric or usual_metric(metric_names(entries))
        found = best(entries, metric, least=wanted.least) if metric else None
        if found is None:
            message = _none_best(wanted, metric_names(entries), self._file)
            return failed(call.failed(Kind.MISSING, message))
        result = found.value()
        return Outcome(result=result, output=(f"{to_json(result)}\n".encode(),))

    def _table(self, values: Values, call: Call, _frame: Frame) -> Outcome:
        wanted, count = _wanted(values), values["n"]
        if isinstance(wanted, str):
            return failed(call.failed(Kind.TYPE, wanted))
        if self._file is None:
            return _off(call)
        entries = self._entries(wanted)
        most = int(count.decimal) if isinstance(count, Number) else len(entries)
        shown = chosen(entries, wanted, most)
        rows: list[Value] = [entry.value() for entry in shown]
        return Outcome(result=rows, output=(as_markdown(table(shown)).encode(),))

    def _entries(self, wanted: Wanted) -> list[Entry]:
        assert self._file is not None  # noqa: S101  (the callers have looked)
        return [entry for entry in self._file.entries(lambda _: None) if wanted.fits(entry)]


def _fields(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}


def _wanted(values: Values) -> Wanted | str:
    """Return what the arguments ask for, or what is wrong with them."""
    direction = values["direction"]
    if direction not in {"max", "min"}:
        return f"`direction` is `max` or `min`, not `{to_text(direction)}`"
    return Wanted(
        phase=to_text(values["phase"]) or None,
        experiment=to_text(values["experiment"]) or None,
        metric=to_text(values["metric"]) or None,
        least=direction == "min",
    )


def _none_best(wanted: Wanted, metrics: Iterable[str], file: ResultsFile) -> str:
    named = ", ".join(f"`{name}`" for name in metrics)
    if wanted.metric is None and named:
        return f"which metric is to be best? There are {named}: name one, as `metric:…`"
    return f"there is no result{wanted.words()} in `{file.path.name}`"


def _off(call: Call) -> Outcome:
    return failed(call.failed(Kind.MISSING, "`[results] file` in `wf.toml` is empty: none is kept"))
