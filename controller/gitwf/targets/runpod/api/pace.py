"""How fast requests may follow each other: RunPod allows 60 a minute, and says how many are left.

``RateLimit: "minute";r=0;t=12, "hour";r=2800;t=1812``: in the window ``minute`` none are left, and it ends
in 12 seconds (draft-ietf-httpapi-ratelimit-headers).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

_LEFT = re.compile(r";r=(\d+);t=(\d+)")
_LONGEST = 60.0
"""Seconds that are waited at most before a request: the answer tells more."""


def rest_of(header: str | None) -> float:
    """Return the seconds until the next request may come, by a header ``RateLimit``; 0 for at once."""
    windows = ((int(left), float(ends)) for left, ends in _LEFT.findall(header or ""))
    return max((ends for left, ends in windows if left == 0), default=0.0)


class Pace:
    """Holds requests back while none are allowed. Safe for threads, which share it."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._until = 0.0

    def wait(self) -> None:
        """Return when a request may be sent."""
        with self._lock:
            left = min(_LONGEST, self._until - self._now())
        if left > 0:
            self._sleep(left)

    def heed(self, seconds: float) -> None:
        """Let no request begin in so many seconds from now."""
        with self._lock:
            self._until = max(self._until, self._now() + seconds)
