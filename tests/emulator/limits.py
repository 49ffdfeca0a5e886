"""RunPod's rate limits: so many requests of one key in a minute, an hour and a day."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

QUOTAS = {"minute": (60, 60), "hour": (3000, 3600), "day": (50_000, 86_400)}
"""For each window: how many requests, and its length in seconds."""


class Limiter:
    """Counts requests in windows that follow each other, in real time: those who wait are real programs."""

    def __init__(self, scale: float = 1.0, real: Callable[[], float] = time.monotonic) -> None:
        """`scale` is the length of a window in real seconds over its nominal length; 0 limits nothing."""
        self.scale = scale
        self._real = real
        self._used: dict[tuple[str, str, int], int] = {}

    def exceeded(self, key: str) -> tuple[str, int] | None:
        """Count a request, or say which window has no room for it and after how many real seconds it has."""
        if not self.scale:
            return None
        windows = {name: self._window(key, name) for name in QUOTAS}
        for name, window in windows.items():
            if self._used.get(window, 0) >= QUOTAS[name][0]:
                return name, max(1, math.ceil(self._left(name)))
        for window in windows.values():
            self._used[window] = self._used.get(window, 0) + 1
        return None

    def headers(self, key: str) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy`; none for who has no limits."""
        if not self.scale:
            return {}
        left = ", ".join(
            f'"{name}";r={quota - self._used.get(self._window(key, name), 0)}'
            f";t={math.ceil(self._left(name))}"
            for name, (quota, _) in QUOTAS.items()
        )
        policy = ", ".join(f'"{name}";q={quota};w={long}' for name, (quota, long) in QUOTAS.items())
        return {"RateLimit": left, "RateLimit-Policy": policy}

    def _window(self, key: str, name: str) -> tuple[str, str, int]:
        return key, name, int(self._real() // (QUOTAS[name][1] * self.scale))

    def _left(self, name: str) -> float:
        length = QUOTAS[name][1] * self.scale
        return length - self._real() % length
