"""The emulator's clock, in whole seconds: it goes at a chosen speed, and jumps when a test says so."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Virtual time: `speed` seconds of it go by in a real second; at 0 it moves by `advance` alone."""

    def __init__(
        self,
        start: datetime | None = None,
        speed: float = 1.0,
        real: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin at `start`, or now; `real` counts real seconds."""
        self._base = start or datetime.now(UTC)
        self._real = real
        self._since = real()
        self._speed = speed

    @property
    def speed(self) -> float:
        """Virtual seconds in a real one."""
        return self._speed

    def now(self) -> datetime:
        """The time, without a fraction of a second: RunPod's times have none."""
        return self._exact().replace(microsecond=0)

    def advance(self, seconds: float) -> None:
        """Jump ahead."""
        self._base += timedelta(seconds=seconds)

    def go(self, speed: float) -> None:
        """Change the speed from now on."""
        self._base, self._since, self._speed = self._exact(), self._real(), speed

    def real_seconds_until(self, when: datetime) -> float:
        """How long to wait for `when`: infinite when time stands still."""
        ahead = (when - self._exact()).total_seconds()
        if ahead <= 0:
            return 0.0
        return ahead / self._speed if self._speed else math.inf

    def _exact(self) -> datetime:
        return self._base + timedelta(seconds=(self._real() - self._since) * self._speed)


def stamp(when: datetime) -> str:
    """`2026-11-22T10:00:00Z`."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
