"""How fast time goes for those who share a remote: leases, heartbeats, polling, pushing.

``GIT_WF_TIME_SCALE=0.02`` has all of these waits last a fiftieth, for tests that see many of them end. It
scales what is waited for, and changes no rule. Unset, or no number above 0, it is 1.
"""

from __future__ import annotations

import os
import time

VARIABLE = "GIT_WF_TIME_SCALE"


def _read(text: str) -> float:
    try:
        return float(text) if float(text) > 0 else 1.0
    except ValueError:
        return 1.0


SCALE = _read(os.environ.get(VARIABLE, "1"))

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that goes on while the machine sleeps: on Linux the other one does not, on macOS it does."""


def scaled(seconds: float) -> float:
    """Return the seconds that a wait of ``seconds`` takes."""
    return seconds * SCALE


def awake() -> float:
    """Return the seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(_CLOCK)
