"""The background jobs of one block: what `&` starts, and a barrier or the block's end joins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from gitwf.engine.unit.outcome import Failure, Kind, Outcome
from gitwf.engine.unit.scope import Scope
from gitwf.engine.unit.stop import Stop
from gitwf.engine.unit.threads import all_done, results, spawn

if TYPE_CHECKING:
    from concurrent.futures import Future  # noqa: TC004  (nothing decodes a `_Job`)


class _Job(msgspec.Struct, frozen=True):
    """A flow that runs in the background: how to end it, and the variables it works on."""

    end: Callable[[Failure], None]
    scope: Scope
    outcome: Future[Outcome]


class Background:
    """The background jobs of one block. Used by the thread that plays the block alone."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []

    def start(
        self, play: Callable[[], Outcome], end: Callable[[Failure], None], scope: Scope
    ) -> None:
        """Run ``play`` in the background; ``end`` ends it, ``scope`` are its variables."""
        self._jobs.append(_Job(end, scope, spawn(play, "git-wf-background")))

    def wait(self, stop: Stop, seconds: float | None = None) -> bool:
        """Wait for all, for so many seconds at most; return whether all have ended.

        Raises:
            StoppedError: as soon as ``stop`` is asked for.
        """
        return all_done([job.outcome for job in self._jobs], stop, seconds)

    def cancel(self, failure: Failure) -> None:
        """Stop what still runs."""
        for job in self._jobs:
            if not job.outcome.done():
                job.end(failure)

    def settle(self) -> None:
        """Wait until all have ended, however they do."""
        for job in self._jobs:
            job.outcome.exception()

    def join(self, scope: Scope) -> list[Outcome]:
        """Wait until all have ended, apply their assignments to ``scope`` in the order of the file.

        They are settled then: a later join knows nothing of them.
        """
        jobs, self._jobs = self._jobs, []
        outcomes = results([job.outcome for job in jobs])
        for job in jobs:
            scope.join(job.scope)
        return outcomes


def abandoned(step: str) -> Failure:
    """Return why background jobs end when their block has failed."""
    return Failure(Kind.CANCELLED, "its block has failed", step=step, status=130)
