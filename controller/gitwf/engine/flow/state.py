"""`state:`: the variables of the run, saved to a file and loaded from one."""

from __future__ import annotations

from typing import Protocol

from gitwf.engine.replay.files import write_output
from gitwf.engine.replay.steps import Call, Ended, Steps
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, failed
from gitwf.engine.unit.scope import OutsideError, inside, name_of
from gitwf.language import builtins, tree
from gitwf.language.expand import text_of
from gitwf.language.value import Value, from_json, to_json
from gitwf.repo.disk import room

SAVE = "state:save"


class Checkpoints(Protocol):
    """What earlier runs have saved."""

    def find(self, path: str) -> bytes | None:
        """Return what the newest run that saved ``path`` has saved there, or None."""


class Shelf(Protocol):
    """Keeps files with the run."""

    def keep(self, path: str) -> None:
        """Keep a file of the workspace with the run."""


class State:
    """Plays ``state:save`` and ``state:load`` as steps of one run."""

    def __init__(self, steps: Steps, shelf: Shelf, checkpoints: Checkpoints) -> None:
        self._steps = steps
        self._shelf = shelf
        self._checkpoints = checkpoints

    def play(self, flow: tree.State, frame: Frame) -> Outcome:
        """Play a ``state:`` directive.

        Raises:
            EvaluationError: if its path has no value.
        """
        path = _name(text_of(flow.path, frame.scope), frame)
        call = Call(frame.step, f"state:{flow.action}", (path,), frame.attempt)
        body = self._save if call.command == SAVE else self._load
        outcome = self._steps.play(call, frame, lambda: Ended(body(path, call, frame))).outcome
        if not outcome.succeeded:
            return outcome
        if call.command == SAVE:
            self._shelf.keep(path)
        elif isinstance(outcome.result, dict):
            for name, value in outcome.result.items():
                frame.scope.assign(name, value)
        return outcome

    def _save(self, path: str, call: Call, frame: Frame) -> Outcome:
        text = to_json(dict(frame.scope.variables))
        try:
            with room(frame.scope.workspace / path):
                write_output(frame.scope.workspace, path, (text.encode(), b"\n"), append=False)
        except OSError as error:
            return failed(call.failed(Kind.PATH, _why(path, error)))
        return Outcome()

    def _load(self, path: str, call: Call, frame: Frame) -> Outcome:
        try:
            content: bytes | None = inside(frame.scope.workspace, path).read_bytes()
        except FileNotFoundError:
            content = self._checkpoints.find(path)
        except OSError as error:
            return failed(call.failed(Kind.PATH, _why(path, error)))
        if content is None:
            message = f"`{path}` is not there, and no run of this workflow on this branch saved it"
            return failed(call.failed(Kind.MISSING, message))
        try:
            return Outcome(result=_variables(content))
        except ValueError as error:
            return failed(call.failed(Kind.TYPE, f"`{path}` holds no variables: {error}"))


def _variables(content: bytes) -> Value:
    """Return the variables that a checkpoint holds. Raises ValueError where it is none."""
    value = from_json(content.decode())
    if not isinstance(value, dict):
        raise ValueError("it is no object")  # noqa: TRY004  (of the file, not of an argument)
    for name in value:
        if name in builtins.VARIABLES:
            raise ValueError(f"`{name}` is a built-in variable")
    return value


def _name(path: str, frame: Frame) -> str:
    """Return the name that git has for ``path``; one that leads out is refused when it is used."""
    try:
        return name_of(frame.scope.workspace, path)
    except OutsideError:
        return path


def _why(path: str, error: OSError) -> str:
    return str(error) if isinstance(error, OutsideError) else f"`{path}`: {error.strerror}"
