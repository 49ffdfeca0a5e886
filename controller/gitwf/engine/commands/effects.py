"""Effects: commands that change an environment. Never two at once, never one twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.folders import newest_folder
from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.steps import Call, Ended
from gitwf.engine.unit.outcome import Kind, failed
from gitwf.engine.unit.stop import Stop


class Ledger(Protocol):
    """Where the changes of environments are written down."""

    def holding(self, env: str, stop: Stop) -> AbstractContextManager[None]:
        """Keep every other run on this machine from changing ``env`` meanwhile."""
        ...

    def changing(self, env: str) -> None:
        """Record that an effect on ``env`` is about to begin."""
        ...

    def changed(self, env: str) -> None:
        """Record that the effect succeeded: ``env`` now stands at this run. Idempotent."""
        ...

    def write(self) -> None:
        """Bring what was recorded into git."""
        ...


class Effects:
    """Plays effects of one run."""

    def __init__(self, ledger: Ledger, memory: Memory, context: RunContext) -> None:
        self._ledger = ledger
        self._memory = memory
        self._context = context

    def play(
        self,
        env: str,
        call: Call,
        stop: Stop,
        prepare: Callable[[], None],
        step: Callable[[], Ended],
    ) -> Ended:
        """Play ``step``, which changes ``env``, and record the change if it succeeded.

        ``prepare`` makes the folder of its job: on the disk before the intent is, so that an intent
        without a folder means that the folder was deleted, and not that nothing had begun.

        Raises:
            StoppedError: if the run was stopped before it began.
        """
        if self._context.effects:
            return Ended(failed(call.failed(Kind.START, self._context.effects)))
        if self._is_lost(call):
            message = f"nobody knows whether `{call.command}` changed `{env}`: its job is gone"
            return Ended(failed(call.failed(Kind.LOST, message, 137)))
        with self._ledger.holding(env, stop), self._context.gate.inside():
            stop.check()
            kept = self._context.earlier.ended(call, env)
            if self._memory.finished(call.step) is None and kept is None:
                self._announce(env, call, stop)
                prepare()
            ended = step()
            if ended.outcome.succeeded:
                self._ledger.changed(env)
            return ended

    def _announce(self, env: str, call: Call, stop: Stop) -> None:
        """Record that ``env`` is about to change, where all who might act learn of it first.

        An effect that was begun before goes on: its job is somewhere.
        """
        permit, is_begun = self._context.permit, self._memory.started(call.step)
        if not is_begun:
            permit.begin(stop)
        self._ledger.changing(env)
        if not is_begun:
            permit.publish(self._ledger.write, stop)

    def _is_lost(self, call: Call) -> bool:
        """Return whether the effect was begun, has no outcome, and left no job to adopt."""
        return (
            self._memory.started(call.step)
            and self._memory.finished(call.step) is None
            and not newest_folder(self._context.folder, call.step).exists()
        )
