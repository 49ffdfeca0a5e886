"""Which runs of this clone others have heard of before they began.

That a run is on the remote tells nothing: it may have come there later, when another clone had started one in
its place. So there is a mark in the run's folder, from the moment when it was announced under the lease under
which it was decided.
"""

from __future__ import annotations

from pathlib import Path

from gitwf.repo import disk

_MARK = "announced"


class Announced:
    """The marks, in the state folder, and the runs that are being announced by this process."""

    def __init__(self, state_dir: Path) -> None:
        self._runs = state_dir / "runs"
        self._begun: set[str] = set()

    def begin(self, run: str) -> None:
        """Take note that this process is about to announce ``run``."""
        self._begun.add(run)

    def mark(self, run: str) -> None:
        """Mark ``run`` as announced."""
        disk.replace(self._runs / run / _MARK, b"")

    def has(self, run: str) -> bool:
        """Return whether ``run`` was announced, or is being announced now."""
        return run in self._begun or (self._runs / run / _MARK).exists()
