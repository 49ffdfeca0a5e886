"""`timeout:`: an arm that must end in time."""

from __future__ import annotations

from gitwf.duration import format_duration
from gitwf.engine.flow import given
from gitwf.engine.flow.part import part_of, unless_stopped
from gitwf.engine.flow.player import Player
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, StoppedError, failed
from gitwf.engine.unit.stop import GRACE
from gitwf.engine.unit.threads import after
from gitwf.language import tree

STATUS = 124
"""The exit status of what ran out of time, as `timeout` of GNU coreutils has it."""


def play_timeout(flow: tree.Timeout, frame: Frame, player: Player) -> Outcome:
    """Play the arm; when the time is over its processes end and nothing more of it begins.

    Raises:
        EvaluationError: if the duration or the grace is none.
    """
    seconds = given.seconds("timeout:", flow.duration, frame.scope)
    options = given.Given("timeout:", flow.options, frame.scope)
    message = f"it did not end in {format_duration(seconds)}"
    late = Failure(Kind.TIMEOUT, message, "timeout:", frame.step, STATUS)
    grace = options.duration("grace")
    grace = GRACE if grace is None else grace
    inside = frame.at("timeout")
    left = player.notes.timer(inside.step, seconds)
    with part_of(frame, player.notes, None if left else late) as part:
        try:
            with after(left or None, lambda: part.end(late, grace)):
                outcome = player.flow(flow.arm, inside.under(part.stop))
        except StoppedError as stopped:
            if stopped.failure == late:
                part.end(late, grace)
            if part.close() != stopped.failure:
                raise
            return failed(stopped.failure)
        return unless_stopped(outcome, part)
