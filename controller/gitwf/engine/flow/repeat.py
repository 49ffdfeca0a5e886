"""`retry:`: an arm that is played again when it fails; and how long that waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gitwf.engine.flow import given
from gitwf.engine.flow.player import Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Outcome
from gitwf.engine.unit.stop import Stop
from gitwf.language import tree
from gitwf.language.check import form
from gitwf.plan.retry import Policy, policy_of


def play_retry(flow: tree.Retry, frame: Frame, player: Player) -> Outcome:
    """Play the arm, and again while it fails and the policy says so; the last attempt counts.

    Raises:
        EvaluationError: if the count or an option is none.
    """
    count = given.count("retry:", flow.count, frame.scope, form.NATURAL)
    policy = policy_of(count, given.Given("retry:", flow.options, frame.scope).texts)
    for attempt in range(1, policy.count + 1):
        outcome = player.flow(flow.arm, frame.attempting(attempt))
        if outcome.failure is None or not policy.retries(outcome.failure.kind):
            return outcome
        following = frame.attempting(attempt + 1)
        if not player.notes.reached(following.step):
            frame.stop.admit()
            pause = partial(player.notes.timer, following.step)
            wait(policy, attempt, frame.stop, pause)
    return player.flow(flow.arm, frame.attempting(policy.count + 1))


def wait(policy: Policy, attempt: int, stop: Stop, left: Callable[[float], float]) -> None:
    """Wait for as long as ``policy`` says after an attempt; ``left`` says how much of it is left.

    Raises:
        StoppedError: as soon as the stop is asked for.
    """
    import random

    seconds = policy.pause(attempt, random.uniform(-1, 1))  # noqa: S311  (nobody guesses it)
    if seconds:
        stop.wait(left(seconds))
