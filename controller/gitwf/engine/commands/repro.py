"""`/dvc:repro`: the repository's own stages, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from gitwf.engine.jobs.pouring import poured
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Outcome, Output
from gitwf.plan.pipeline import REPRO, pipeline
from gitwf.plan.stage import Stage

PlayStage = Callable[[Stage, Call, Frame], Outcome]


def reproduced(
    targets: tuple[str, ...], own: Mapping[str, object], play: PlayStage, call: Call, frame: Frame
) -> Outcome:
    """Play the stages that ``targets`` need, each as a step, until one fails; ``own`` are those of the plan.

    The outcome is that of the last stage, with what all of them printed.

    Raises:
        PipelineError: if a target is none of them.
    """
    known = {name.partition(" ")[2]: stage for name, stage in own.items() if REPRO in name}
    stages = {name: stage for name, stage in known.items() if isinstance(stage, Stage)}
    outcome = Outcome()
    output: Output = ()
    for index, name in enumerate(pipeline(stages, targets)):
        place = frame.indexed(index).piped()
        outcome = play(stages[name], Call(place.step, f"/{name}", attempt=frame.attempt), place)
        output += outcome.output
        if not outcome.succeeded:
            break
    return poured(msgspec.structs.replace(outcome, output=output), call, frame)
