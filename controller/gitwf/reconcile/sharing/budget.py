"""How often a remote may be bothered: pushes from a budget, and pauses that grow while it fails. Pure."""

from __future__ import annotations

from gitwf.records.pace import scaled

PUSHES = 6
PERIOD = scaled(60.0)
"""At most so many pushes in so many seconds, renewals of the lease left out."""

_FIRST, _LONGEST = scaled(2.0), scaled(300.0)
_JITTER = 0.5


class Budget:
    """A bucket of pushes that fills up again with time; times are seconds of any one clock."""

    def __init__(self, now: float) -> None:
        self._left = float(PUSHES)
        self._at = now

    def spend(self, now: float) -> None:
        """Take one push out."""
        self._fill(now)
        self._left -= 1

    def wait(self, now: float) -> float:
        """Return the seconds until there is one."""
        self._fill(now)
        return max(0.0, (1 - self._left) * PERIOD / PUSHES)

    def _fill(self, now: float) -> None:
        self._left = min(PUSHES, self._left + (now - self._at) * PUSHES / PERIOD)
        self._at = now


class Backoff:
    """Pauses after failures in a row: each twice as long, up to five minutes, and shifted by chance."""

    def __init__(self) -> None:
        self._failures = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing has failed since the last success."""
        return not self._failures

    def fail(self, chance: float) -> float:
        """Return the seconds to wait after one more failure; ``chance`` is from -1 to 1."""
        pause = min(_LONGEST, _FIRST * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return pause * (1 + _JITTER * chance)

    def succeed(self) -> None:
        """Begin anew."""
        self._failures = 0
