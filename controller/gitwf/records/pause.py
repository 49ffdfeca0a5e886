"""Pauses this process at a write of a journal, for the crash tests (`tests/chaos`).

``GIT_WF_PAUSE_AT=<n>[:before|after]`` has the whole process stop itself (SIGSTOP) before, or after, the
n-th write of the process; whoever set it then looks around, and kills or continues it. Unset, it does
nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

VARIABLE = "GIT_WF_PAUSE_AT"

_at, _, _side = os.environ.get(VARIABLE, "").partition(":")
_writes = count(1)


@contextmanager
def pausing() -> Iterator[None]:
    """Count the block as a write, and stop before or after it where that was asked for.

    The signal is for this thread: one for the process may reach another, while this one goes on.
    """
    is_due = bool(_at) and next(_writes) == int(_at)
    if is_due and _side == "before":
        signal.raise_signal(signal.SIGSTOP)
    yield
    if is_due and _side != "before":
        signal.raise_signal(signal.SIGSTOP)
