"""Cancels that could not reach the machine: kept in the folders of their jobs until somebody carries them out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitwf.targets.job import TakenError
from gitwf.targets.ssh.job import OWED
from gitwf.targets.ssh.machines import Machines
from gitwf.targets.ssh.place import JobPlace
from gitwf.targets.ssh.target import adopt

KIND = "ssh"
"""The kind of target whose machines are nobody's to end."""

_GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""


def owing(runs: Path) -> Iterator[Path]:
    """Yield the folders of jobs, below the folder of all ``runs``, that are to be ended still."""
    yield from (path.parent for path in sorted(runs.glob(f"*/jobs/*/{OWED}")))


def carry_out(machines: Machines, folder: Path) -> bool:
    """End the job in ``folder`` if its machine can be reached now; return whether nothing is owed any more.

    A pod is ended by whoever rented it, and a job that has had its time by its guard.

    Raises OSError where the machine answers, and the job cannot be ended.
    """
    if _is_past(folder):
        (folder / OWED).unlink(missing_ok=True)
        return True
    job = adopt(machines, folder)
    job.cancel(_GRACE)
    with suppress(TakenError):  # then it is not ours to end
        job.wait()
    if not job.owes:
        (folder / OWED).unlink(missing_ok=True)
    return not job.owes


def _is_past(folder: Path) -> bool:
    place = JobPlace.read(folder)
    if place is None or place.kind != KIND:
        return True
    return time.time() - (folder / OWED).stat().st_mtime > place.hours * 3600
