"""Runs for tests of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import Raw

from gitwf.records.clock import spell
from gitwf.records.event import Body, Event, RunFinished, RunStarted
from gitwf.records.ids import Ids

if TYPE_CHECKING:
    from tests.conftest import TestClock

    from gitwf.repo.repository import Repository


class History:
    """A run as it goes on: its id, the commit that triggered it, and its events so far."""

    def __init__(self, repository: Repository, clock: TestClock, ids: Ids, workflow: str) -> None:
        commit = repository.commit("HEAD")
        assert commit is not None
        self._clock = clock
        self._ids = ids
        self.run = ids.new()
        self.workflow = workflow
        self.commit = commit.id
        self.events: list[Event] = []
        self.add(RunStarted(workflow, commit.id, commit.tree, "main", "k1", "commit", owner="m:1"))

    def add(self, body: Body) -> Event:
        event = Event(spell(self._clock.now()), self._ids.new(), 0, self.run, body)
        self.events.append(event)
        return event

    def finish(self, status: str = "succeeded") -> Event:
        metrics = {"accuracy": Raw(b"0.970")}
        return self.add(
            RunFinished(status, self.workflow, self.commit, "main", "k1", 2.5, 1, 0, metrics)
        )


class Begin:
    """Begins runs in ``repository``, one after the other."""

    def __init__(self, repository: Repository, clock: TestClock) -> None:
        self._repository = repository
        self._clock = clock
        self._ids = Ids(clock)

    def __call__(self, workflow: str = "workflows/train.wf") -> History:
        return History(self._repository, self._clock, self._ids, workflow)


@pytest.fixture
def begin(repository: Repository, clock: TestClock) -> Begin:
    """Begin a run of ``repository``."""
    return Begin(repository, clock)
