"""The time as MLflow has it."""

from __future__ import annotations

import time


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return int(time.time() * 1000)
