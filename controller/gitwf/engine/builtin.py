"""The built-in commands that need nothing but the engine."""

from __future__ import annotations

from gitwf.duration import parse_duration
from gitwf.engine.frame import Frame
from gitwf.engine.outcome import Failure, Kind, Outcome, failed
from gitwf.engine.steps import Call, Ended, Steps
from gitwf.language import tree
from gitwf.language.expand import arguments
from gitwf.language.scope import EvaluationError


class Builtin:
    """Plays ``/echo``, ``/sleep`` and ``/fail``."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        """Play the built-in command that ``command`` names."""
        name = f"/{command.name}"
        try:
            words = tuple(a.text for a in arguments(command.words, frame.scope))
        except EvaluationError as error:
            return failed(Failure(Kind.TYPE, error.message, name, frame.step))
        call = Call(frame.step, name, words)
        body = {"echo": _echo, "sleep": _sleep, "fail": _fail}[command.name]
        return self._steps.play(call, lambda: Ended(body(call, frame))).outcome


def _echo(call: Call, _frame: Frame) -> Outcome:
    text = " ".join(call.args)
    return Outcome(result=text, output=(f"{text}\n".encode(),))


def _sleep(call: Call, frame: Frame) -> Outcome:
    seconds = parse_duration(call.args[0]) if call.args else None
    if seconds is None:
        message = f"`{' '.join(call.args)}` is no duration: write `30`, `250ms`, `1h30m`"
        return failed(Failure(Kind.TYPE, message, call.command, call.step))
    frame.stop.wait(seconds)
    return Outcome()


def _fail(call: Call, _frame: Frame) -> Outcome:
    message = " ".join(call.args) or "/fail was called"
    return failed(Failure(Kind.EXIT, message, call.command, call.step))
