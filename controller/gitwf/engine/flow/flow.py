"""The interpreter: plays blocks, chains and directives of a workflow.

It knows what the forms of the language mean (`docs/language.md`, section 5) and nothing of what a
command is: that it leaves to the `Actions` it is given. Each directive has a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gitwf.engine.flow.barrier import end_block, play_barrier, start_in_background
from gitwf.engine.flow.choice import play_case, play_if
from gitwf.engine.flow.deadline import play_timeout
from gitwf.engine.flow.fork import play_fork
from gitwf.engine.flow.passing import play_context
from gitwf.engine.flow.pipes import play_pipeline
from gitwf.engine.flow.player import Notes
from gitwf.engine.flow.redirects import play_redirected
from gitwf.engine.flow.repeat import play_retry
from gitwf.engine.flow.state import State
from gitwf.engine.flow.sweep import play_sweep
from gitwf.engine.unit.fault import fault
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import DONE, Failure, Kind, Outcome, StoppedError, failed
from gitwf.language import tree
from gitwf.language.evaluate import evaluate
from gitwf.language.expand import text_of
from gitwf.language.scope import EvaluationError
from gitwf.language.value import Value
from gitwf.plan.needs import Needs, needs_of
from gitwf.plan.place import Choice


class Actions(Protocol):
    """Plays commands."""

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        """Play one command as the step ``frame.step``; never raises for a command's own failure."""

    def needs(self, command: tree.Command) -> Needs:
        """Return the named resources that ``command`` takes."""


class Delegate(Protocol):
    """Has agents do what `droid:` hands to them."""

    def play(self, droid: tree.Droid, frame: Frame) -> Outcome:
        """Play ``droid`` as the step ``frame.step``; never raises for a failure of the agent's."""


class Flows:
    """Plays flows of one run. ``delegate`` None: it hands nothing to agents."""

    def __init__(
        self, actions: Actions, notes: Notes, state: State, delegate: Delegate | None = None
    ) -> None:
        self.notes = notes
        self._actions = actions
        self._state = state
        self._delegate = delegate

    def block(self, block: tree.Block, frame: Frame) -> Outcome:
        """Play the lines of a file or of braces, then the handlers that its end calls for.

        Raises:
            StoppedError: if it was stopped; its handlers have run.
        """
        inside = frame.block()
        try:
            outcome = end_block(self._lines(block, inside), inside)
            self._admit_handlers(block, outcome, frame)
        except StoppedError as stopped:
            inside.background.join(inside.scope)
            self._handlers(block, failed(stopped.failure), frame.shielded())
            raise
        except BaseException:
            inside.background.settle()
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
                outcome = self._item(item, frame.at(place)).after(outcome)
            if not outcome.succeeded:
                return outcome
        return outcome

    def _admit_handlers(self, block: tree.Block, outcome: Outcome, frame: Frame) -> None:
        """Raise `StoppedError` if handlers are due that were not begun, and nothing new may begin."""
        refused = self._refusal(list(_handlers_of(block, outcome)), frame)
        if refused is not None:
            raise StoppedError(refused)

    def _handlers(self, block: tree.Block, outcome: Outcome, frame: Frame) -> None:
        stopped: Failure | None = None
        due = list(_handlers_of(block, outcome))
        for number, (place, handler) in enumerate(due):
            stopped = stopped or self._refusal(due[number:], frame)
            # What is left of the handlers must run all the same.
            inside = frame if stopped is None else frame.shielded()
            try:
                with frame.scope.failing(_error(outcome)):
                    self.flow(handler.flow, inside.handling().at(place))
            except StoppedError as error:
                stopped = error.failure
        if stopped is not None:
            raise StoppedError(stopped)

    def _refusal(self, due: Sequence[tuple[str, tree.Handler]], frame: Frame) -> Failure | None:
        """Return why nothing new may begin, where that came before any of the handlers ``due``."""
        reason = frame.stop.reason
        if reason is None or not due:
            return None
        steps = (frame.at(place).step for place, _ in due)
        return None if any(self.notes.reached_before(s, reason) for s in steps) else reason

    def _item(self, item: tree.Item, frame: Frame) -> Outcome:
        if not item.background:
            return self._statement(item.statement, frame)
        start_in_background(
            lambda inside: self._statement(item.statement, inside), frame, self.notes
        )
        return DONE

    def _statement(self, statement: tree.Statement, frame: Frame) -> Outcome:
        match statement:
            case tree.Assignment():
                return self._assignment(statement, frame)
            case tree.Use() | tree.Trigger() | tree.Definition() | tree.Handler():
                return DONE
            case _:
                return self.flow(statement, frame)

    def _assignment(self, assignment: tree.Assignment, frame: Frame) -> Outcome:
        if isinstance(assignment.value, tree.Expression):
            try:
                outcome = Outcome(result=self._value(assignment, assignment.value, frame))
            except EvaluationError as error:
                return _ended(_evaluation_failed(error, frame), frame)
            after = DONE
        else:
            outcome = after = self.flow(assignment.value, frame.wanting())
        if outcome.succeeded:
            frame.scope.assign(assignment.name, outcome.result)
            self.notes.variable_set(frame.step, assignment.name, outcome.result)
        return after

    def _value(
        self, assignment: tree.Assignment, expression: tree.Expression, frame: Frame
    ) -> Value:
        """Return what is assigned: what it was in an earlier playing, or what it is now."""
        known = self.notes.variable(frame.step, assignment.name)
        if known is not None:
            return known[0]
        frame.stop.admit()
        return evaluate(expression, frame.scope)

    def flow(self, flow: tree.Flow, frame: Frame) -> Outcome:
        """Play a flow.

        Raises:
            StoppedError: if it was stopped before its end.
        """
        try:
            return self._flow(flow, frame)
        except EvaluationError as error:
            return _ended(_evaluation_failed(error, frame), frame)

    def needs(self, flow: tree.Flow) -> Needs:
        """Return the named resources that ``flow`` takes at one time."""
        return needs_of(flow, self._actions.needs)

    def _flow(self, flow: tree.Flow, frame: Frame) -> Outcome:  # noqa: C901, PLR0912 (one case a form)
        match flow:
            case tree.Command():
                return _ended(self._actions.play(flow, frame), frame)
            case tree.Group():
                return _ended(self.block(flow.body, frame), frame)
            case tree.Redirected():
                return _ended(play_redirected(flow, frame, self), frame)
            case tree.Pipeline():
                return _ended(play_pipeline(flow, frame, self), frame)
            case tree.Chain():
                return self._chain(flow, frame, 1)
            case tree.If():
                return play_if(flow, frame, self)
            case tree.Case():
                return play_case(flow, frame, self)
            case tree.Retry():
                return play_retry(flow, frame, self)
            case tree.Timeout():
                return _ended(play_timeout(flow, frame, self), frame)
            case tree.Fork():
                return _ended(play_fork(flow, frame, self), frame)
            case tree.Sweep():
                return _ended(play_sweep(flow, frame, self), frame)
            case tree.Barrier():
                return _ended(play_barrier(flow, frame, self), frame)
            case tree.State():
                return _ended(self._state.play(flow, frame), frame)
            case tree.Context():
                return play_context(flow, frame, self)
            case tree.Try():
                return _ended(self._try(flow, frame), frame)
            case tree.Target():
                return self._target(flow, frame)
            case tree.Droid() if self._delegate is not None:
                return _ended(self._delegate.play(flow, frame), frame)
            case tree.Droid() | tree.Missing():
                # The checker refuses a file with an unknown agent, or a mistake, before it is run.
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

    def _try(self, flow: tree.Try, frame: Frame) -> Outcome:
        try:
            body = outcome = self.flow(flow.body, frame.at("try"))
            if body.failure and flow.catch is not None:
                with frame.scope.failing(body.failure.value()):
                    outcome = self.flow(flow.catch, frame.at("catch")).after(body)
        except StoppedError as stopped:
            self._finally(flow, failed(stopped.failure), frame)
            raise
        final = self._finally(flow, body if outcome.succeeded else outcome, frame)
        return outcome if final.succeeded or not outcome.succeeded else final.after(outcome)

    def _finally(self, flow: tree.Try, outcome: Outcome, frame: Frame) -> Outcome:
        if flow.final is None:
            return DONE
        with frame.scope.failing(_error(outcome)):
            return self.flow(flow.final, frame.shielded().at("finally"))

    def _target(self, flow: tree.Target, frame: Frame) -> Outcome:
        options = {option.key: text_of(option.value, frame.scope) for option in flow.options}
        return self.flow(flow.arm, frame.on(Choice(text_of(flow.target, frame.scope), options)))


_DECLARATIONS = (tree.Use, tree.Trigger, tree.Definition, tree.Handler)


def _ended(outcome: Outcome, frame: Frame) -> Outcome:
    frame.scope.ended(outcome.status, outcome.result)
    return outcome


def _error(outcome: Outcome) -> Value:
    """Return what `$error` is after ``outcome``: null after a success."""
    return outcome.failure.value() if outcome.failure else None


def _evaluation_failed(error: EvaluationError, frame: Frame) -> Outcome:
    return failed(fault(error, frame.source, frame.step))


def _links(flow: tree.Flow) -> int:
    return _links(flow.left) + _links(flow.right) if isinstance(flow, tree.Chain) else 1


def _handlers_of(block: tree.Block, outcome: Outcome) -> Iterator[tuple[str, tree.Handler]]:
    """Yield the handlers that this end of ``block`` calls for, in their order, with their places."""
    cancelled = outcome.failure is not None and outcome.failure.kind is Kind.CANCELLED
    first = "on_success" if outcome.succeeded else "on_failure"
    for kind in ("on_exit",) if cancelled else (first, "on_exit"):
        for number, line in enumerate(block.lines, 1):
            for item in line.items:
                if isinstance(item.statement, tree.Handler) and item.statement.kind == kind:
                    yield f"{number}/{kind}", item.statement
