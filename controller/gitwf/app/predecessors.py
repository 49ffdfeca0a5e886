"""The runs before a run: what its stages were executed with then, and who made what was restored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from gitwf.data import lockfile
from gitwf.data.entry import Entry
from gitwf.data.errors import DataError
from gitwf.records.fold import RunRecord
from gitwf.records.runs import Runs

_LOOK_BACK = 50
"""Runs that are looked through for the last execution of a stage."""


class Predecessors:
    """The runs of the workflow of ``record`` before it: those of its branch first, then newest first."""

    def __init__(self, runs: Runs, record: RunRecord) -> None:
        self._runs = runs
        self._all = runs.newest()
        before = (r.record for r in self._all if r.record.run < record.run)
        of_it = (r for r in before if r.workflow == record.workflow)
        self._before = sorted(of_it, key=lambda r: (r.branch == record.branch, r.run), reverse=True)
        self.entries = lru_cache(maxsize=_LOOK_BACK)(self._entries)

    def newest(self) -> RunRecord | None:
        """Return the run before, on the same branch if there is one."""
        return next(iter(self._before), None)

    def entry(self, stage: str, wanted: Entry) -> tuple[RunRecord, Entry] | None:
        """Return the last run with a result of ``stage``, and what it was executed with.

        A stage that has another name now is known by its outs.
        """
        for record in self._before[:_LOOK_BACK]:
            known = self.entries(record.run)
            found = known.get(stage) or next(_same_outs(known, wanted), None)
            if found is not None:
                return record, found
        return None

    def origin(self, entry: Entry) -> str | None:
        """Return the first run that has the result of ``entry``: the one that executed it."""
        key = entry.key()
        return min((r.record.run for r in self._all if key in r.results), default=None)

    def _entries(self, run: str) -> Mapping[str, Entry]:
        """Return the stages that a run holds results of, by name."""
        text = self._runs.file(run, lockfile.NAME)
        try:
            return lockfile.parse((text or b"").decode()).entries()
        except (DataError, UnicodeDecodeError):
            return {}


def _same_outs(known: Mapping[str, Entry], wanted: Entry) -> Iterator[Entry]:
    paths = [out.path for out in wanted.outs]
    return (entry for entry in known.values() if [out.path for out in entry.outs] == paths)
