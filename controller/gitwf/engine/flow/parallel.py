"""Branches and trials: flows that are played side by side, so many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from gitwf.engine.flow.part import Part, part_of
from gitwf.engine.flow.player import Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, StoppedError, failed
from gitwf.language import tree
from gitwf.language.value import Value


class Branch(msgspec.Struct, frozen=True):
    """A flow that is played beside others, and the variables that it alone has."""

    flow: tree.Flow
    variables: Mapping[str, Value] = {}
    is_trial: bool = False


class Side(msgspec.Struct, frozen=True):
    """How branches are played: ``limit`` at a time; ``fail`` is ``fast``, ``end`` or ``never``."""

    limit: int
    fail: str


def play_branches(
    branches: Sequence[Branch], side: Side, frame: Frame, player: Player
) -> tuple[list[Frame], list[Outcome]]:
    """Play ``branches`` and wait for all; return where each was played and how it ended.

    Raises:
        StoppedError: if all of it was stopped from outside.
    """
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait  # late: see `threads`

    if not branches:
        return [], []
    with part_of(frame, player.notes) as part:
        frames = [_placed(frame, index, part, branch) for index, branch in enumerate(branches)]
        trials = [f.trial for f, b in zip(frames, branches, strict=True) if b.is_trial and f.trial]
        if trials:
            frame.observers.trials(trials)

        def play(branch: Branch, place: Frame) -> Outcome:
            outcome = _played(branch.flow, place, player, part if side.fail == "fast" else None)
            if branch.is_trial and place.trial:
                frame.observers.tried(place.trial, outcome, place.scope)
            return outcome

        with ThreadPoolExecutor(min(side.limit, len(branches)), "git-wf-branch") as pool:
            played = [pool.submit(play, *one) for one in zip(branches, frames, strict=True)]
            # Woken once: a wake-up for each branch would take the interpreter from those that play.
            wait(played, return_when=FIRST_EXCEPTION)
            for future in played:
                future.cancel()
        outcomes = [future.result() for future in played]
    frame.stop.confirm([outcome.failure for outcome in outcomes])
    return frames, outcomes


def _placed(frame: Frame, index: int, part: Part, branch: Branch) -> Frame:
    placed = frame.numbered(index, part.stop, branch.variables)
    return placed.trying(branch.variables) if branch.is_trial else placed


def _played(flow: tree.Flow, frame: Frame, player: Player, part: Part | None) -> Outcome:
    """Play one branch; where ``part`` is given its failure ends the others."""
    try:
        outcome = player.flow(flow, frame)
    except StoppedError as stopped:
        return failed(stopped.failure)
    if part is not None and not outcome.succeeded:
        part.end(Failure(Kind.CANCELLED, "another branch failed", step=part.step, status=130))
    return outcome


def together(outcomes: Sequence[Outcome], result: Value, fail: str) -> Outcome:
    """Return the outcome of branches: a success with ``fail:never``, else the first failure.

    One that was cancelled because another had failed is not the reason.
    """
    failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    causes = [failure for failure in failures if failure.kind is not Kind.CANCELLED]
    output = tuple(piece for outcome in outcomes for piece in outcome.output)
    if fail == "never" or not failures:
        return Outcome(result=result, output=output)
    failure = (causes or failures)[0]
    return Outcome(failure.status, result, failure, output)
