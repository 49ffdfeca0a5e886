"""The interpreter: plays blocks, chains and directives of a workflow.

It knows what the forms of the language mean (`docs/language.md`, section 5) and nothing of what a
command is: that it leaves to the `Actions` it is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from gitwf.engine.files import write_output
from gitwf.engine.frame import Frame
from gitwf.engine.outcome import DONE, Failure, Kind, Outcome, StoppedError, failed
from gitwf.engine.scope import OutsideError
from gitwf.language import tree
from gitwf.language.evaluate import evaluate, holds
from gitwf.language.expand import text_of
from gitwf.language.scope import EvaluationError
from gitwf.language.value import Value


class Actions(Protocol):
    """Plays commands."""

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        """Play one command as the step ``frame.step``; never raises for a command's own failure."""


class Notes(Protocol):
    """Writes down what a flow does beside its commands."""

    def variable_set(self, step: str, name: str, value: Value) -> None:
        """Record that a variable was set."""

    def file_kept(self, path: str) -> None:
        """Record that a redirect wrote ``path`` in the workspace."""


class Flows:
    """Plays flows of one run."""

    def __init__(self, actions: Actions, notes: Notes) -> None:
        self._actions = actions
        self._notes = notes

    def block(self, block: tree.Block, frame: Frame) -> Outcome:
        """Play the lines of a file or of braces, then the handlers that its end calls for.

        Raises:
            StoppedError: if it was stopped; its handlers have run.
        """
        try:
            outcome = self._lines(block, frame)
        except StoppedError as stopped:
            self._handlers(block, failed(stopped.failure), frame.shielded())
            raise
        self._handlers(block, outcome, frame)
        return outcome

    def _lines(self, block: tree.Block, frame: Frame) -> Outcome:
        outcome = DONE
        for number, line in enumerate(block.lines, 1):
            for position, item in enumerate(line.items, 1):
                if isinstance(item.statement, _DECLARATIONS):
                    continue
                place = str(number) if len(line.items) == 1 else f"{number}.{position}"
                outcome = self._statement(item.statement, frame.at(place)).after(outcome)
            if not outcome.succeeded:
                return outcome
        return outcome

    def _handlers(self, block: tree.Block, outcome: Outcome, frame: Frame) -> None:
        cancelled = outcome.failure is not None and outcome.failure.kind is Kind.CANCELLED
        kinds = ["on_success" if outcome.succeeded else "on_failure", "on_exit"]
        if cancelled:
            kinds.remove("on_failure")
        if outcome.failure:
            frame.scope.builtins["error"] = outcome.failure.value()
        stopped: StoppedError | None = None
        for kind in kinds:
            for place, handler in _handlers_of(block, kind):
                try:
                    self.flow(handler.flow, frame.handling().at(f"{place}/{kind}"))
                except StoppedError as error:
                    # What is left of the handlers must run all the same.
                    frame, stopped = frame.shielded(), error
        if stopped is not None:
            raise stopped

    def _statement(self, statement: tree.Statement, frame: Frame) -> Outcome:
        match statement:
            case tree.Assignment():
                return self._assignment(statement, frame)
            case tree.Use() | tree.Trigger() | tree.Definition() | tree.Handler():
                return DONE
            case _:
                return self.flow(statement, frame)

    def _assignment(self, assignment: tree.Assignment, frame: Frame) -> Outcome:
        if not isinstance(assignment.value, tree.Expression):
            outcome = self.flow(assignment.value, frame.wanting())
            if outcome.succeeded:
                self._set(assignment.name, outcome.result, frame)
            return outcome
        frame.stop.check()
        try:
            value = evaluate(assignment.value, frame.scope)
        except EvaluationError as error:
            return _ended(_evaluation_failed(error, frame), frame)
        self._set(assignment.name, value, frame)
        return DONE

    def _set(self, name: str, value: Value, frame: Frame) -> None:
        frame.scope.variables[name] = value
        self._notes.variable_set(frame.step, name, value)

    def flow(self, flow: tree.Flow, frame: Frame) -> Outcome:
        """Play a flow.

        Raises:
            StoppedError: if it was stopped before its end.
        """
        frame.stop.check()
        match flow:
            case tree.Command():
                return _ended(self._actions.play(flow, frame), frame)
            case tree.Group():
                return _ended(self.block(flow.body, frame), frame)
            case tree.Redirected():
                return self._redirected(flow, frame)
            case tree.Chain():
                return self._chain(flow, frame, 1)
            case tree.If():
                return self._if(flow, frame)
            case tree.Try():
                return _ended(self._try(flow, frame), frame)
            case _:
                # The checker refuses a file with any of these before it is run.
                raise TypeError(f"{type(flow).__name__} cannot be played")

    def _chain(self, chain: tree.Chain, frame: Frame, first: int) -> Outcome:
        left = self._link(chain.left, frame, first)
        if left.succeeded == (chain.operator == "||"):
            return left
        return self._link(chain.right, frame, first + _links(chain.left)).after(left)

    def _link(self, flow: tree.Flow, frame: Frame, place: int) -> Outcome:
        if isinstance(flow, tree.Chain):
            return self._chain(flow, frame, place)
        return self.flow(flow, frame.at(str(place)))

    def _redirected(self, flow: tree.Redirected, frame: Frame) -> Outcome:
        outcome = self.flow(flow.unit, frame.wanting())
        if not outcome.succeeded:
            return outcome
        for redirect in flow.redirects:
            if redirect.variable is not None:
                self._set(redirect.variable, outcome.result, frame)
            elif redirect.path is not None:
                written = self._written(redirect.path, outcome, frame, append=redirect.append)
                if not written.succeeded:
                    return _ended(written, frame)
                outcome = written
        return outcome

    def _written(self, word: tree.Word, outcome: Outcome, frame: Frame, *, append: bool) -> Outcome:
        """Write the output of a unit into a file; return the outcome that it then has."""
        try:
            path = text_of(word, frame.scope)
        except EvaluationError as error:
            return _evaluation_failed(error, frame)
        try:
            write_output(frame.scope.workspace, path, outcome.output, append=append)
        except OutsideError as error:
            return _path_failed(str(error), frame)
        except OSError as error:
            return _path_failed(f"`{path}`: {error.strerror}", frame)
        self._notes.file_kept(path)
        return Outcome(outcome.status, outcome.result)

    def _if(self, flow: tree.If, frame: Frame) -> Outcome:
        try:
            holding = holds(flow.condition, frame.scope)
        except EvaluationError as error:
            return _ended(_evaluation_failed(error, frame), frame)
        if holding:
            return self.flow(flow.then, frame.at("then"))
        if flow.otherwise is not None:
            return self.flow(flow.otherwise, frame.at("else"))
        return DONE

    def _try(self, flow: tree.Try, frame: Frame) -> Outcome:
        try:
            outcome = self.flow(flow.body, frame.at("try"))
            if outcome.failure and flow.catch is not None:
                frame.scope.builtins["error"] = outcome.failure.value()
                outcome = self.flow(flow.catch, frame.at("catch")).after(outcome)
        except StoppedError:
            if flow.final is not None:
                self.flow(flow.final, frame.shielded().at("finally"))
            raise
        if flow.final is not None:
            final = self.flow(flow.final, frame.shielded().at("finally"))
            if outcome.succeeded and not final.succeeded:
                return final.after(outcome)
        return outcome


_DECLARATIONS = (tree.Use, tree.Trigger, tree.Definition, tree.Handler)


def _ended(outcome: Outcome, frame: Frame) -> Outcome:
    frame.scope.ended(outcome.status, outcome.result)
    return outcome


def _evaluation_failed(error: EvaluationError, frame: Frame) -> Outcome:
    return failed(Failure(Kind.TYPE, error.message, step=frame.step))


def _path_failed(message: str, frame: Frame) -> Outcome:
    return failed(Failure(Kind.PATH, message, step=frame.step))


def _links(flow: tree.Flow) -> int:
    return _links(flow.left) + _links(flow.right) if isinstance(flow, tree.Chain) else 1


def _handlers_of(block: tree.Block, kind: str) -> Iterator[tuple[str, tree.Handler]]:
    for number, line in enumerate(block.lines, 1):
        for item in line.items:
            if isinstance(item.statement, tree.Handler) and item.statement.kind == kind:
                yield str(number), item.statement
