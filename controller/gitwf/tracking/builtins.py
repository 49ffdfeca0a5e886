"""The built-in command ``/mlflow:log``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitwf.engine.commands.builtin import Body
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.mask import Mask
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, failed
from gitwf.engine.unit.tally import flat
from gitwf.language.value import Number, Value, to_text
from gitwf.tracking.clock import now
from gitwf.tracking.note import RUN, Log, decode, encode, name, param, tag
from gitwf.tracking.outbox import Outbox


class MlflowCommands:
    """The command of one run; ``outbox`` None: runs are not tracked."""

    def __init__(
        self, context: RunContext, outbox: Outbox | None, wake: Callable[[], object]
    ) -> None:
        self._context = context
        self._outbox = outbox
        self._wake = wake

    def bodies(self) -> Mapping[str, Body]:
        """Return what each command does, by its name."""
        return {"mlflow:log": self._log}

    def _log(self, values: Mapping[str, Value], call: Call, frame: Frame) -> Outcome:
        if self._outbox is None:
            message = "runs are not tracked: add a table `[mlflow]` to `wf.toml`"
            return failed(call.failed(Kind.MISSING, message))
        metrics, params, tags = (dict(flat(values[name])) for name in ("metrics", "params", "tags"))
        odd = next((key for key, v in metrics.items() if not isinstance(v, Number)), None)
        if odd is not None:
            return failed(call.failed(Kind.TYPE, f"the metric `{odd}` is no number"))
        step = values["step"]
        note = Log(
            frame.trial.step if frame.trial else RUN,
            call.step,
            now(),
            {name(key): param(to_text(value)) for key, value in params.items()},
            {name(k): float(v.decimal) for k, v in metrics.items() if isinstance(v, Number)},
            {name(key): tag(to_text(value)) for key, value in tags.items()},
            index=int(step.decimal) if isinstance(step, Number) else 0,
        )
        if not (self._context.resumed and call.step in self._outbox.logged()):
            mask = Mask(self._context.secrets.values())
            self._outbox.add(decode(mask.data(encode(note))))
            self._wake()
        return Outcome()
