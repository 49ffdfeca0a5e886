"""`if:` and `case:`: which flow is played."""

from __future__ import annotations

from gitwf.engine.flow.player import Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import DONE, Outcome
from gitwf.language import tree
from gitwf.language.evaluate import evaluate, holds
from gitwf.language.glob import matches
from gitwf.language.value import Number, Value, parse_number, to_text


def play_if(flow: tree.If, frame: Frame, player: Player) -> Outcome:
    """Play the arm that the condition calls for; a false one without an else is a success.

    Raises:
        EvaluationError: if the condition has no value, or one that is neither true nor false.
    """
    if holds(flow.condition, frame.scope):
        return player.flow(flow.then, frame.at("then"))
    if flow.otherwise is not None:
        return player.flow(flow.otherwise, frame.at("else"))
    return _nothing(frame)


def play_case(flow: tree.Case, frame: Frame, player: Player) -> Outcome:
    """Play the first branch with a pattern that matches; none is a success.

    Raises:
        EvaluationError: if the subject has no value.
    """
    subject = evaluate(flow.subject, frame.scope)
    for number, branch in enumerate(flow.branches, 1):
        if any(_fits(pattern, subject) for pattern in branch.patterns):
            return player.flow(branch.flow, frame.at(str(number)))
    return _nothing(frame)


def _nothing(frame: Frame) -> Outcome:
    frame.scope.ended(DONE.status, DONE.result)
    return DONE


def _fits(pattern: tree.Pattern, subject: Value) -> bool:
    text = to_text(subject)
    if pattern.literal:
        return pattern.text == text
    if isinstance(subject, Number) and (number := parse_number(pattern.text)) is not None:
        return number == subject
    return matches(pattern.text, text)
