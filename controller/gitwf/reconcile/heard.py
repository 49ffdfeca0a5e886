"""For how long nothing has been heard of a run that another clone plays.

What counts is what this process has seen, not what the other machine's clock says. Where it has not looked
for long enough (a `git wf reconcile` in CI ends soon), the time of the run's last commit counts too: with an
hour's allowance for clocks that are off.
"""

from __future__ import annotations

from collections.abc import Callable

from gitwf.records.clock import Clock
from gitwf.records.pace import awake, scaled
from gitwf.repo.repository import Repository

ALLOWANCE = scaled(3600.0)
"""Seconds that the clocks of two machines may differ by."""


class Heard:
    """Knows since when each run has stood where it does; ``now`` is a clock that nobody sets."""

    def __init__(
        self, repository: Repository, clock: Clock, now: Callable[[], float] = awake
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._now = now
        self._seen: dict[str, tuple[str, float]] = {}
        self.alive: Callable[[str], bool] = lambda _: False
        """Whether an owner is known to live otherwise: it holds the lease."""

    def silence(self, run: str, tip: str | None, owner: str | None) -> float:
        """Return for how many seconds nobody has moved ``run``, which stands at ``tip``."""
        now = self._now()
        if tip is None or (owner is not None and self.alive(owner)):
            self._seen.pop(run, None)
            return 0.0
        if self._seen.get(run, ("", 0.0))[0] != tip:
            self._seen[run] = (tip, now)
        return max(now - self._seen[run][1], self.age(tip) - ALLOWANCE)

    def age(self, tip: str | None) -> float:
        """Return for how many seconds a run has stood at ``tip``, if the clocks of both machines are right."""
        found = self._repository.commit(tip) if tip else None
        return max(0.0, (self._clock.now() - found.at).total_seconds()) if found else 0.0
