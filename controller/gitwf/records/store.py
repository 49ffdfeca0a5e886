"""All that is kept about runs in one repository, in one place to hand on."""

from __future__ import annotations

from collections.abc import Container
from typing import Protocol

from gitwf.records.accepted import Accepted
from gitwf.records.belief import beliefs_of
from gitwf.records.clock import Clock, SystemClock
from gitwf.records.environments import Environments
from gitwf.records.event import CommitChecked, Event, RunNone, RunRefused, encode
from gitwf.records.ids import Ids, is_id
from gitwf.records.notes import Notes
from gitwf.records.ongoing import Ongoing
from gitwf.records.owner import owner_of
from gitwf.records.publishing import Publishing
from gitwf.records.requests import APPROVE, REQUESTS, Requests, Suspensions
from gitwf.records.runs import Runs, ref_of
from gitwf.records.seen import Seen
from gitwf.repo.repository import Repository


class Written(Protocol):
    """Whoever wants to know when records have come into git."""

    def __call__(self, *, urgent: bool) -> None:
        """Hear of it; ``urgent``: others are to know at once."""
        ...


def _unheard(*, urgent: bool) -> None:
    """Nobody wants to know."""


class Records:
    """The records of ``repository``, and what makes new ones: a clock, ids, this clone's name.

    ``epoch`` is that of the lease under which new events are written; ``written`` hears of what came
    into git.
    """

    def __init__(self, repository: Repository, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.ids = Ids(self.clock)
        self._run_ids = Ids(self.clock)
        self.runs = Runs(repository, self.clock)
        self.notes = Notes(repository, self.clock, self._believes)
        self.publishing = Publishing(repository, self.runs, self.notes)
        self.environments = Environments(repository, self.clock)
        self.requests = Requests(repository, self.clock)
        self.suspensions = Suspensions(repository, self.clock)
        self.seen = Seen(repository, self.clock)
        self.accepted = Accepted(repository, self.clock)
        self._repository = repository
        self.state_dir = repository.state_dir
        self.ongoing = Ongoing(repository.state_dir)
        self.owner = owner_of(repository.state_dir)
        self.clone = self.owner.rpartition(":")[2]
        self.epoch = 0
        self.written: Written = _unheard

    def new_run(self) -> str:
        """Return the id of a new run: it sorts behind all that are known, also where a clock was wrong."""
        known = self.ongoing.runs()[-1:]
        return self._run_ids.new(after=max([self.runs.newest_id(), *known]))

    def note(self, commit: str, event: Event) -> Event:
        """Add an event that belongs to no run to the note on ``commit``, signed where that is asked for."""
        beliefs = beliefs_of(self._repository)
        signed = beliefs.signed(event) if beliefs else event
        self.notes.append({commit: [encode(signed)]})
        return signed

    def _believes(self, commit: str, event: Event) -> bool:
        """Return whether an event in a note is believed: by its signature, or by the run that it tells of."""
        beliefs = beliefs_of(self._repository)
        if beliefs is None or beliefs.signers is None:
            return True
        if event.run is None or isinstance(event.body, RunNone | RunRefused | CommitChecked):
            return getattr(event.body, "commit", commit) == commit and beliefs.admits(event)
        tip = self.runs.tip(event.run) if is_id(event.run) else None
        found = self.runs.described({ref_of(event.run): tip}) if tip else []
        return any(run.record.commit == commit for run in found)

    def is_acted_on(self, request: str, archived: Container[str]) -> bool:
        """Return whether the run that the ref of a request is for needs it no more.

        It is over, ``archived``, or has on record that it was approved.
        """
        run, _, what = request.removeprefix(REQUESTS).partition("/")
        if run in archived:
            return True
        tip = self.runs.tip(run) if is_id(run) else None
        found = self.runs.described({ref_of(run): tip}) if tip else []
        record = found[0].record if found else None
        return record is not None and (
            record.is_over or (what == APPROVE and bool(record.approved))
        )
