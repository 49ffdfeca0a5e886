"""A run goes over to this clone: its journal is made here from its ref, and says whose it is from now on."""

from __future__ import annotations

from gitwf.records.clock import spell
from gitwf.records.event import Event, RunAdopted
from gitwf.records.fold import fold
from gitwf.records.journal import Journal, path_of, read
from gitwf.records.runs import ref_of
from gitwf.records.store import Records
from gitwf.repo.errors import RepositoryError


class TakenOverError(RepositoryError):
    """Another clone plays the run now: this one writes no more of it, and touches none of its jobs."""


def adopt(records: Records, run: str) -> None:
    """Make ``run``, which another clone has played, one of this clone; doing it again changes nothing.

    Raises `RepositoryError` where its plan is on record nowhere, `DamagedJournalError` where a journal of
    it here is spoilt.
    """
    plan = records.runs.plan(run)
    if plan is None:
        raise RepositoryError(f"run `{run}` has no plan", "see `git wf fsck`")
    records.ongoing.restore(run, plan, records.runs.events(run))
    path = path_of(records.state_dir, run)
    known = fold(read(path))
    previous = known.owner if known else None
    if previous == records.owner:
        return
    at, id_ = spell(records.clock.now()), records.ids.new()
    body = RunAdopted(records.owner, previous)
    with Journal(path) as journal:
        journal.append(Event(at, id_, records.epoch, run, body))


class Claim:
    """Whether ``run`` is this clone's still, as far as is known here."""

    def __init__(self, records: Records, run: str) -> None:
        self._records = records
        self._run = run
        self._seen: str | None = None
        self._is_taken = False

    def is_taken(self) -> bool:
        """Return whether another clone has adopted it. Costs next to nothing where its ref has not moved."""
        tip = self._records.runs.tip(self._run)
        if tip is not None and tip != self._seen:
            found = self._records.runs.described({ref_of(self._run): tip})
            owners = {None, self._records.owner}
            self._is_taken = any(one.record.owner not in owners for one in found)
            self._seen = tip
        return self._is_taken

    def check(self) -> None:
        """Raise `TakenOverError` if another clone has adopted it."""
        if self.is_taken():
            raise TakenOverError(f"run `{self._run}` was taken over by another clone")
