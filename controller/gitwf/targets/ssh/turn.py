"""One at a time: of the processes of this machine that play one job, which is elsewhere."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.05


@contextmanager
def turn(folder: Path, check: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Hold the lock of the job's ``folder``, which ends with its process (flock(2)).

    ``check`` raises where it need not be waited for any more.
    """
    descriptor = os.open(folder / "turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        while not _is_taken(descriptor):
            check()
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
