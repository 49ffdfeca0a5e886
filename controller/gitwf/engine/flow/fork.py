"""`fork:`: branches side by side, or copies of one."""

from __future__ import annotations

from gitwf.engine.flow import given
from gitwf.engine.flow.parallel import Branch, Side, play_branches, together
from gitwf.engine.flow.player import Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Outcome
from gitwf.language import tree
from gitwf.language.check import form


def play_fork(flow: tree.Fork, frame: Frame, player: Player) -> Outcome:
    """Play the branches; the result is the list of theirs, in order.

    What branches assign is applied when all have ended, in order; what copies assign is theirs.

    Raises:
        EvaluationError: if the count or an option is none.
    """
    count = given.count("fork:", flow.count, frame.scope, form.COUNT)
    fail = given.Given("fork:", flow.options, frame.scope).text("fail", "end")
    copies = len(flow.branches) == 1
    branches = [Branch(arm) for arm in flow.branches] * (count if copies else 1)
    frames, outcomes = play_branches(branches, Side(count, fail), frame, player)
    for branch in frames:
        if copies:
            frame.scope.metrics.update(branch.scope.metrics)
        else:
            frame.scope.join(branch.scope)
    return together(outcomes, [outcome.result for outcome in outcomes], fail)
