"""The runs before a run: what its stages were executed with then, and who made what was restored."""

from __future__ import annotations

from functools import lru_cache, partial

from gitwf.app.executed import Executed
from gitwf.data.entry import Entry
from gitwf.records.fold import RunRecord
from gitwf.records.runs import Runs

_LOOK_BACK = 50
"""Runs that are looked through for the last execution of a stage."""


class Predecessors:
    """The runs of the workflow of ``record`` before it: those of its branch first, then newest first."""

    def __init__(self, runs: Runs, record: RunRecord) -> None:
        self._all = runs.newest()
        before = (r.record for r in self._all if r.record.run < record.run)
        of_it = (r for r in before if r.workflow == record.workflow)
        self._before = sorted(of_it, key=lambda r: (r.branch == record.branch, r.run), reverse=True)
        self._executed = lru_cache(maxsize=_LOOK_BACK)(partial(Executed, runs))

    def newest(self) -> RunRecord | None:
        """Return the run before, on the same branch if there is one."""
        return next(iter(self._before), None)

    def executed(self, stage: str, now: Entry) -> tuple[RunRecord, Entry] | None:
        """Return the last run with a result of ``stage``, and what it was executed with.

        ``now`` is what it was executed with since.
        """
        for record in self._before[:_LOOK_BACK]:
            found = self._executed(record.run).like(stage, now)
            if found is not None:
                return record, found
        return None

    def origin(self, stage: str, entry: Entry) -> str | None:
        """Return the first run that executed ``stage`` with ``entry`` as its result; None: none on record did."""
        key = entry.key()
        having = sorted(r.record.run for r in self._all if key in r.results)
        runs = having[:_LOOK_BACK]
        return next((run for run in runs if self._executed(run).has_executed(stage, entry)), None)
