"""Runs of this clone that are not whole in git yet: their journals know more than their refs.

A run is listed here from before its folder is there until its last event is in its ref. After a crash,
that is how the next controller finds it, also where no ref of it was ever written.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from gitwf.records.event import Event
from gitwf.records.fold import RunRecord, fold
from gitwf.records.journal import Journal, path_of, read, read_sound
from gitwf.records.lock import waiting
from gitwf.repo import disk

_PATIENCE = 30.0
"""Seconds to wait for others who begin a run or forget some: each takes a moment."""


class Ongoing:
    """The list, in the state folder."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._folder = state_dir / "ongoing"

    def begin(self, run: str, plan: bytes) -> None:
        """List ``run``, with the plan that it keeps to. Beginning it again changes nothing."""
        if self.plan(run) is None:
            disk.replace(self._plan(run), plan)
            self._list(run)

    @contextmanager
    def listing(self, run: str) -> Iterator[None]:
        """List ``run``, and keep it from being forgotten while the block makes what is first of it."""
        with self._beginnings():
            self._list(run)
            yield

    def forget(self, is_gone: Callable[[str], bool]) -> None:
        """Remove the runs of which ``is_gone`` says so, with their folders."""
        with self._beginnings():
            for run in filter(is_gone, self.runs()):
                shutil.rmtree(self._plan(run).parent, ignore_errors=True)
                self.end(run)

    def end(self, run: str) -> None:
        """Strike ``run`` off: all of it is in git."""
        self._entry(run).unlink(missing_ok=True)

    def plan(self, run: str) -> bytes | None:
        """Return the plan of ``run``, or None where it is not listed, or has none yet."""
        try:
            return self._plan(run).read_bytes() if self._entry(run).exists() else None
        except FileNotFoundError:
            return None

    def record(self, run: str) -> RunRecord | None:
        """Return what the sound lines of the journal of ``run`` say; None where it has no start."""
        return fold(read_sound(path_of(self._state_dir, run)))

    def runs(self) -> list[str]:
        """Return the ids of the listed runs, oldest first."""
        try:
            names = [entry.name for entry in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        return sorted(name for name in names if not name.endswith(".tmp"))  # what a kill left

    def records(self) -> Iterator[RunRecord]:
        """Yield the listed runs that have begun."""
        for run in self.runs():
            record = self.record(run)
            if record is not None:
                yield record

    def restore(self, run: str, plan: bytes, events: Iterable[Event]) -> None:
        """List ``run`` again from what its ref holds, where its journal was lost, or lacks some of it.

        Raises `DamagedJournalError` where it is spoilt.
        """
        path = path_of(self._state_dir, run)
        known = {event.id for event in read(path)}
        if missing := [event for event in events if event.id not in known]:
            with Journal(path) as journal:
                journal.append(*missing)
        self.begin(run, plan)

    def _beginnings(self) -> AbstractContextManager[None]:
        return waiting(self._state_dir / "ongoing.lock", _PATIENCE)

    def _list(self, run: str) -> None:
        if not self._entry(run).exists():
            disk.replace(self._entry(run), b"")

    def _entry(self, run: str) -> Path:
        return self._folder / run

    def _plan(self, run: str) -> Path:
        return self._state_dir / "runs" / run / "plan.json"
