"""`retry:`: an arm that is played again when it fails."""

from __future__ import annotations

import math
import random

import msgspec

from gitwf.engine import given
from gitwf.engine.frame import Frame
from gitwf.engine.outcome import Failure, Kind, Outcome
from gitwf.engine.player import Player
from gitwf.language import tree
from gitwf.language.check import form


class Policy(msgspec.Struct, frozen=True):
    """When and how often to try again.

    ``count`` further attempts; before the first of them ``delay`` seconds, before each later one
    ``backoff`` times as many, ``limit`` at the most. ``jitter`` is the share of a delay by which
    chance makes it longer or shorter. ``kinds`` of errors; None: all.
    """

    count: int
    delay: float = 0.0
    backoff: float = 1.0
    limit: float | None = None
    jitter: float = 0.0
    kinds: frozenset[str] | None = None

    def retries(self, failure: Failure) -> bool:
        """Return whether such a failure is tried again."""
        if failure.kind is Kind.CANCELLED:
            return False
        return self.kinds is None or failure.kind in self.kinds

    def pause(self, attempt: int, chance: float) -> float:
        """Return the seconds to wait after an attempt (from 1); ``chance`` is from -1 to 1."""
        if not self.delay:
            return 0.0
        try:
            grown = self.delay * self.backoff ** (attempt - 1)
        except OverflowError:
            grown = math.inf
        seconds = grown * (1 + self.jitter * chance)
        return seconds if self.limit is None else min(seconds, self.limit)


def play_retry(flow: tree.Retry, frame: Frame, player: Player) -> Outcome:
    """Play the arm, and again while it fails and the policy says so; the last attempt counts.

    Raises:
        EvaluationError: if the count or an option is none.
    """
    policy = _policy(flow, frame)
    for attempt in range(1, policy.count + 1):
        outcome = player.flow(flow.arm, frame.attempting(attempt))
        if outcome.failure is None or not policy.retries(outcome.failure):
            return outcome
        following = frame.attempting(attempt + 1)
        if not player.notes.reached(following.step):
            frame.stop.admit()
            frame.stop.wait(policy.pause(attempt, random.uniform(-1, 1)))  # noqa: S311
    return player.flow(flow.arm, frame.attempting(policy.count + 1))


def _policy(flow: tree.Retry, frame: Frame) -> Policy:
    options = given.Given("retry:", flow.options, frame.scope)
    return Policy(
        given.count("retry:", flow.count, frame.scope, form.NATURAL),
        options.seconds("delay", 0.0),
        options.factor("backoff", 1.0),
        options.duration("max"),
        options.factor("jitter", 0.0),
        options.names("on"),
    )
