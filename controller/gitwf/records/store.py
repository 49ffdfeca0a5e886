"""All that is kept about runs in one repository, in one place to hand on."""

from __future__ import annotations

from gitwf.records.clock import Clock, SystemClock
from gitwf.records.environments import Environments
from gitwf.records.ids import Ids
from gitwf.records.notes import Notes
from gitwf.records.ongoing import Ongoing
from gitwf.records.owner import owner_of
from gitwf.records.requests import Requests, Suspensions
from gitwf.records.runs import Runs
from gitwf.records.seen import Seen
from gitwf.repo.repository import Repository


class Records:
    """The records of ``repository``, and what makes new ones: a clock, ids, this clone's name."""

    def __init__(self, repository: Repository, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.ids = Ids(self.clock)
        self.runs = Runs(repository, self.clock)
        self.notes = Notes(repository, self.clock)
        self.environments = Environments(repository, self.clock)
        self.requests = Requests(repository, self.clock)
        self.suspensions = Suspensions(repository, self.clock)
        self.seen = Seen(repository, self.clock)
        self.state_dir = repository.state_dir
        self.ongoing = Ongoing(repository.state_dir)
        self.owner = owner_of(repository.state_dir)
        self.clone = self.owner.rpartition(":")[2]
