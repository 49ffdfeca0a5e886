"""`context:`: names and environment variables for the fields of a value, in one arm."""

from __future__ import annotations

import msgspec

from gitwf.diagnostics import nearest
from gitwf.engine.flow.player import Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, failed
from gitwf.engine.unit.scope import Scope
from gitwf.language import tree
from gitwf.language.scope import EvaluationError, OperationError, UnsetError
from gitwf.language.value import Value, from_json, to_json, to_text

WHOLE = "WF_CONTEXT"
"""The environment variable that holds the whole context as JSON."""


def play_context(flow: tree.Context, frame: Frame, player: Player) -> Outcome:
    """Play the arm with a variable and an environment variable for each name.

    Raises:
        EvaluationError: if the context lacks a field, or its file is not JSON.
    """
    try:
        context = _value(flow, frame.scope)
    except OSError as error:
        message = f"no variable `${flow.name}` is set, and `{flow.name}.json`: {error.strerror}"
        return failed(Failure(Kind.MISSING, message, "context:", frame.step))
    given = _given(flow, context)
    texts = {name: to_text(value) for name, value in given.items()}
    environment = {**frame.environment, WHOLE: to_json(context), **texts}
    with frame.scope.bound(given, context):
        arm = msgspec.structs.replace(frame, environment=environment)
        return player.flow(flow.arm, arm)


def _value(flow: tree.Context, scope: Scope) -> Value:
    """Return the value of the variable that names the context, or of the file of that name."""
    try:
        return scope.variable(flow.name)
    except UnsetError:
        content = scope.read(f"{flow.name}.json")
    except OperationError as error:
        raise EvaluationError(error.message, flow.name_span) from None
    try:
        return from_json(content.decode())
    except ValueError as error:
        message = f"`{flow.name}.json` is not JSON: {error}"
        raise EvaluationError(message, flow.name_span) from None


def _given(flow: tree.Context, context: Value) -> dict[str, Value]:
    if not isinstance(context, dict):
        if len(flow.names) == 1:
            return {flow.names[0].name: context}
        message = (
            f"the context `{flow.name}` is no object: it gives one value, not {len(flow.names)}"
        )
        raise EvaluationError(message, flow.name_span)
    return {name.name: _field(name, context, flow.name) for name in flow.names}


def _field(name: tree.Name, context: dict[str, Value], source: str) -> Value:
    if name.name in context:
        return context[name.name]
    near = nearest(name.name, context)
    hint = f"did you mean `{near}`?" if near else None
    raise EvaluationError(f"the context `{source}` has no field `{name.name}`", name.span, hint)
