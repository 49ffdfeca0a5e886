"""`sweep:`: an arm for each combination of values."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from gitwf.engine.flow import given
from gitwf.engine.flow.parallel import Branch, Side, play_branches, together
from gitwf.engine.flow.player import Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Outcome
from gitwf.language import tree
from gitwf.language.expand import arguments
from gitwf.language.scope import EvaluationError, Scope
from gitwf.language.value import Value

MOST = 4
"""Trials at a time where the workflow does not say."""

Trial = dict[str, Value]
"""A combination: a value for each axis."""


def play_sweep(flow: tree.Sweep, frame: Frame, player: Player) -> Outcome:
    """Play the trials; the result is a list of objects, one a trial, in the order of the grid.

    Raises:
        EvaluationError: if an axis or an option has no value, or zipped axes differ in length.
    """
    options = given.Given("sweep:", flow.options, frame.scope)
    fail = options.text("fail", "end")
    combinations = list(trials(flow, options.text("strategy", "grid"), frame.scope))
    branches = [Branch(flow.arm, trial, is_trial=True) for trial in combinations]
    side = Side(options.whole("max", MOST), fail)
    _, outcomes = play_branches(branches, side, frame, player)
    results: list[Value] = [_row(*pair) for pair in zip(combinations, outcomes, strict=True)]
    return together(outcomes, results, fail)


def trials(flow: tree.Sweep, strategy: str, scope: Scope) -> Iterable[Trial]:
    """Return the combinations of a sweep's axes.

    Raises:
        EvaluationError: if an axis has no value, or zipped axes differ in length.
    """
    names = [axis.name for axis in flow.axes]
    axes = [[a.value for a in arguments(axis.values, scope)] for axis in flow.axes]
    if strategy == "zip":
        _refuse_other_lengths(flow, axes)
        combinations: Iterable[tuple[Value, ...]] = zip(*axes, strict=True)
    else:
        combinations = itertools.product(*axes)
    return (dict(zip(names, values, strict=True)) for values in combinations)


def _refuse_other_lengths(flow: tree.Sweep, axes: list[list[Value]]) -> None:
    for axis, values in zip(flow.axes, axes, strict=True):
        if len(values) != len(axes[0]):
            first = f"`{flow.axes[0].name}` has {len(axes[0])}"
            message = f"zipped axes have as many values each: {first}, `{axis.name}` {len(values)}"
            raise EvaluationError(message, axis.span)


def _row(trial: Trial, outcome: Outcome) -> Value:
    """Return a trial as it stands in the result of its sweep; an axis wins over a field."""
    if outcome.failure is not None:
        return {**trial, "error": outcome.failure.value()}
    if isinstance(outcome.result, dict):
        return {**trial, **outcome.result, **trial}
    return {**trial, "result": outcome.result}
