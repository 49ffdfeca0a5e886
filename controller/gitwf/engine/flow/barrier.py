"""`&` and `barrier`: jobs in the background, and waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from gitwf.duration import format_duration
from gitwf.engine.flow.deadline import STATUS
from gitwf.engine.flow.given import Given
from gitwf.engine.flow.part import part_of
from gitwf.engine.flow.player import Notes, Player
from gitwf.engine.unit.background import abandoned
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Kind, Outcome, StoppedError, failed
from gitwf.language import tree
from gitwf.language.evaluate import holds


def start_in_background(play: Callable[[Frame], Outcome], frame: Frame, notes: Notes) -> None:
    """Play something as a background job of the block, on a copy of the variables."""
    with ExitStack() as stack:
        part = stack.enter_context(part_of(frame, notes))
        own = frame.beside(part.stop).piped()
        held = stack.pop_all()

    def run() -> Outcome:
        with held:
            try:
                return play(own)
            except StoppedError as stopped:
                return failed(stopped.failure)
            finally:
                part.close()

    frame.background.start(run, part.end, own.scope)


def end_block(outcome: Outcome, frame: Frame) -> Outcome:
    """Join what still runs in the background of a block, and return how the block ended then.

    Raises:
        StoppedError: if the block is stopped meanwhile.
    """
    if not outcome.succeeded:
        frame.background.cancel(abandoned(frame.step))
        frame.background.join(frame.scope)
        return outcome
    joined = _joined(frame)
    if joined.failure is None:
        return Outcome(outcome.status, outcome.result, None, outcome.output + joined.output)
    return joined.after(outcome)


def play_barrier(flow: tree.Barrier, frame: Frame, player: Player) -> Outcome:
    """Wait for the background jobs of the block, and settle them.

    Raises:
        EvaluationError: if the condition has no value, or one that is neither true nor false.
    """
    late = _wait(flow, frame, player.notes)
    joined = _joined(frame)
    frame.scope.builtins["all_results_ready"] = joined.succeeded
    if late is not None:
        return failed(late, joined.output)
    if flow.condition is None:
        if joined.failure is not None:
            return joined
    elif not holds(flow.condition, frame.scope, "`barrier`"):
        message = "the condition of the barrier is false"
        return failed(Failure(Kind.CONDITION, message, "barrier", frame.step), joined.output)
    if flow.arm is None:
        return Outcome(output=joined.output)
    return player.flow(flow.arm, frame.at("then")).after(joined)


def _wait(flow: tree.Barrier, frame: Frame, notes: Notes) -> Failure | None:
    """Wait for the background jobs; return why what still ran was stopped, or None."""
    seconds = Given("barrier", flow.options, frame.scope).duration("timeout")
    late = notes.stop_of(frame.step)
    if late is None:
        left = None if seconds is None else notes.timer(frame.step, seconds)
        if frame.background.wait(frame.stop, left):
            return None
        message = f"background jobs did not end in {format_duration(seconds or 0.0)}"
        late = Failure(Kind.TIMEOUT, message, "barrier", frame.step, STATUS)
        notes.stopped(frame.step, late)
    frame.background.cancel(late)
    return late


def _joined(frame: Frame) -> Outcome:
    """Join the background jobs.

    Raises:
        StoppedError: if it was a stop of the block that ended one.
    """
    outcomes = frame.background.join(frame.scope)
    frame.stop.confirm([outcome.failure for outcome in outcomes])
    return _together(outcomes)


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    failure = next((o.failure for o in outcomes if o.failure is not None), None)
    output = tuple(piece for outcome in outcomes for piece in outcome.output)
    return failed(failure, output) if failure else Outcome(output=output)
