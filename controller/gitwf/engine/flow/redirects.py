"""`>` and `>>`: where the result and the output of a unit go."""

from __future__ import annotations

import msgspec

from gitwf.engine.flow.player import Notes, Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, failed
from gitwf.engine.unit.scope import OutsideError
from gitwf.language import tree
from gitwf.language.expand import text_of
from gitwf.targets.job import Streams


def play_redirected(flow: tree.Redirected, frame: Frame, player: Player) -> Outcome:
    """Play the unit; where it succeeds its output goes into files, its result into variables.

    Raises:
        EvaluationError: if a path has no value.
    """
    outcome = player.flow(flow.unit, _unit_frame(flow, frame))
    if not outcome.succeeded:
        return outcome
    for redirect in flow.redirects:
        if redirect.variable is not None:
            frame.scope.assign(redirect.variable, outcome.result)
            player.notes.variable_set(frame.step, redirect.variable, outcome.result)
        elif redirect.path is not None:
            path = text_of(redirect.path, frame.scope)
            failure = _write(path, outcome, frame, player.notes, append=redirect.append)
            if failure is not None:
                return failed(failure)
            outcome = Outcome(outcome.status, outcome.result)
    return outcome


def _unit_frame(flow: tree.Redirected, frame: Frame) -> Frame:
    """Return the frame of the unit: behind a file, a pipe gets nothing."""
    wanting = frame.wanting()
    if all(redirect.path is None for redirect in flow.redirects):
        return wanting
    return msgspec.structs.replace(wanting, streams=Streams(stdin=frame.streams.stdin))


def _write(
    path: str, outcome: Outcome, frame: Frame, notes: Notes, *, append: bool
) -> Failure | None:
    """Write the output of a unit into a file of the workspace; return why that failed, or None."""
    try:
        notes.write(frame.step, path, outcome.output, append=append)
    except OutsideError as error:
        return Failure(Kind.PATH, str(error), step=frame.step)
    except OSError as error:
        return Failure(Kind.PATH, f"`{path}`: {error.strerror}", step=frame.step)
    return None
