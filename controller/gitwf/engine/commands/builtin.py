"""Built-in commands: how they are played, and those that need nothing but the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitwf.duration import parse_duration
from gitwf.engine.jobs.pouring import poured
from gitwf.engine.replay.steps import Call, Ended, Steps
from gitwf.engine.unit.fault import fault
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, failed
from gitwf.engine.unit.result import printed
from gitwf.language import tree
from gitwf.language.arguments import ArgumentError, bind
from gitwf.language.expand import arguments
from gitwf.language.scope import EvaluationError
from gitwf.language.signature import BUILTINS, REST_NAME
from gitwf.language.value import Number, Value, to_text

Body = Callable[[Mapping[str, Value], Call, Frame], Outcome]
"""Does what a built-in command does with the values of its parameters."""


def words(values: Mapping[str, Value]) -> list[str]:
    """Return the words of a built-in command that takes any, from the values of its parameters."""
    rest = values[REST_NAME]
    return [to_text(word) for word in rest] if isinstance(rest, list) else []


class Builtin:
    """Plays built-in commands, each by its body in ``bodies``."""

    def __init__(self, steps: Steps, bodies: Mapping[str, Body]) -> None:
        self._steps = steps
        self._bodies = bodies

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        """Play the built-in command that ``command`` names."""
        name = f"/{command.name}"
        try:
            values = bind(BUILTINS[command.name], command, frame.scope)
            args = tuple(a.text for a in arguments(command.words, frame.scope))
        except (EvaluationError, ArgumentError) as error:
            return failed(fault(error, frame.source, frame.step, name))
        call = Call(frame.step, name, args, frame.attempt)
        body = self._bodies[command.name]

        def ended() -> Ended:
            return Ended(poured(body(values, call, frame), call, frame))

        return self._steps.play(call, frame, ended).outcome


def _echo(values: Mapping[str, Value], _call: Call, _frame: Frame) -> Outcome:
    text = to_text(values[REST_NAME])
    return Outcome(result=printed(text), output=(f"{text}\n".encode(),))


def _sleep(values: Mapping[str, Value], call: Call, frame: Frame) -> Outcome:
    text = to_text(values["duration"])
    seconds = parse_duration(text)
    if seconds is None:
        message = f"`{text}` is no duration: write `30`, `250ms`, `1h30m`"
        return failed(call.failed(Kind.TYPE, message))
    frame.stop.wait(seconds)
    return Outcome()


def _fail(values: Mapping[str, Value], call: Call, _frame: Frame) -> Outcome:
    message = to_text(values["message"]) or "`/fail` was called"
    status = values["status"]
    code = int(status.decimal) if isinstance(status, Number) else 1
    return failed(call.failed(Kind.EXIT, message, code))


PLAIN: Mapping[str, Body] = {
    "echo": _echo,
    "sleep": _sleep,
    "fail": _fail,
}
"""The bodies of ``/echo``, ``/sleep`` and ``/fail``, by name."""
