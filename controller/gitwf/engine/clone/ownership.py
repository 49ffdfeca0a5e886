"""Who plays a run: the process that holds the lock in the run's folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitwf.records.lock import waiting


@contextmanager
def owning(folder: Path) -> Iterator[None]:
    """Hold the lock that says that this process plays the run in ``folder``."""
    with waiting(folder / "owner.lock", 0.0):
        yield


def is_played(folder: Path) -> bool:
    """Return whether some process plays the run in ``folder`` now."""
    try:
        descriptor = os.open(folder / "owner.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
