"""The time, passed in wherever it decides something, and how records spell it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whoever knows what time it is."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)


def spell(time: datetime) -> str:
    """Return ``time`` as records have it: UTC, microseconds, a fixed width: byte order is time order."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse(at: str) -> datetime:
    """Return the time that `spell` wrote."""
    return datetime.fromisoformat(at)
