"""Tags and times: a real repository, real runs, and a clock that the test sets."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gitwf.app.extras import Extras
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.branches import Branches, local
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.loop import Reconciler
from gitwf.records.fold import RunRecord

if TYPE_CHECKING:
    from tests.conftest import Folder

NIGHTLY = 'on:schedule cron:"0 3 * * *"\n/echo night\n'
RELEASE = "on:tag tag:v*\n/echo release\n"


class Hands:
    """A clock that stands where the test puts it; only that no two moments are the same."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time


def reconciler(clone: Clone) -> Reconciler:
    """Return what reconciles the branch `main`."""
    branches = Branches(clone, local(clone), ["main"])
    return Reconciler(clone, branches, Stop(), lambda _: None)


class World:
    """A repository that is reconciled now and then, each time by a process of its own, as it were."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.clock = Hands()

    def clone(self) -> Clone:
        environment = {"PATH": os.environ["PATH"]}
        repository = self.folder.open()
        return Clone(repository, environment, Extras(repository, environment), self.clock)

    def reconcile(self, *, hours: float = 0) -> list[RunRecord]:
        """Let so many hours go by, reconcile, and return the runs that ended."""
        self.clock.time += timedelta(hours=hours)
        report = reconciler(self.clone()).settle()
        assert report.problems == ()
        return list(report.ended)


@pytest.fixture
def world(folder: Folder) -> World:
    return World(folder)


def test_a_time_that_has_come_starts_one_run(world: World) -> None:
    head = world.folder.commit({"workflows/nightly.wf": NIGHTLY})
    assert world.reconcile() == []
    assert world.reconcile(hours=16.9) == []
    [run] = world.reconcile(hours=0.2)
    assert (run.trigger, run.occasion) == ("schedule", "2026-11-23T03:00:00.000000Z")
    assert (run.commit, run.branch, run.status) == (head, "main", "succeeded")
    assert world.reconcile() == []


def test_of_the_times_that_were_missed_the_last_one_is_caught_up(world: World) -> None:
    world.folder.commit({"workflows/nightly.wf": NIGHTLY})
    world.reconcile()
    [run] = world.reconcile(hours=24 * 5)
    assert run.occasion == "2026-11-27T03:00:00.000000Z"
    assert world.reconcile() == []
    assert [run.occasion for run in world.reconcile(hours=24)] == ["2026-11-28T03:00:00.000000Z"]


def test_a_schedule_counts_from_when_it_was_seen(world: World) -> None:
    world.folder.commit({"workflows/nightly.wf": NIGHTLY})
    world.reconcile()
    world.folder.commit({"workflows/nightly.wf": NIGHTLY.replace("0 3", "0 9")})
    assert world.reconcile(hours=1) == []
    assert len(world.reconcile(hours=24)) == 1


def test_a_suspended_workflow_is_caught_up_when_it_is_resumed(world: World) -> None:
    world.folder.commit({"workflows/nightly.wf": NIGHTLY})
    world.reconcile()
    suspensions = world.clone().records.suspensions
    suspensions.suspend("workflows/nightly.wf", "Ada")
    assert world.reconcile(hours=48) == []
    suspensions.resume("workflows/nightly.wf", "Ada <ada@example.org>")
    assert len(world.reconcile()) == 1


def test_a_controller_waits_until_the_next_time(world: World) -> None:
    world.folder.commit({"workflows/nightly.wf": NIGHTLY})
    passing = reconciler(world.clone())
    assert passing.patience(30.0) == 30.0
    passing.settle()
    assert passing.patience(30.0) == 30.0
    assert 16.9 * 3600 < passing.patience(1e9) < 17 * 3600
    world.clock.time += timedelta(hours=17)
    assert passing.patience(30.0) == 0.0
    assert len(passing.settle().ended) == 1
    assert passing.patience(30.0) == 30.0


def test_a_new_tag_starts_a_run_once(world: World) -> None:
    commit = world.folder.commit({"workflows/release.wf": RELEASE})
    world.folder.git("tag", "v0")
    assert world.reconcile() == []
    world.folder.commit({"README.md": "words\n"})
    world.folder.git("tag", "v1", commit)
    [run] = world.reconcile()
    assert (run.trigger, run.occasion) == ("tag", f"v1 {commit}")
    assert (run.commit, run.branch, run.status) == (commit, None, "succeeded")
    assert world.reconcile() == []


def test_a_tag_that_is_moved_starts_another(world: World) -> None:
    world.folder.commit({"workflows/release.wf": RELEASE})
    world.reconcile()
    world.folder.git("tag", "v1")
    assert len(world.reconcile()) == 1
    head = world.folder.commit({"README.md": "words\n"})
    world.folder.git("tag", "--force", "--annotate", "--message", "Again", "v1")
    [run] = world.reconcile()
    assert (run.commit, run.occasion) == (head, f"v1 {world.folder.git('rev-parse', 'v1')}")
    world.folder.git("tag", "--delete", "v1")
    assert world.reconcile() == []


def test_tags_that_start_nothing(world: World) -> None:
    world.folder.commit({"workflows/release.wf": RELEASE, "workflows/w.wf": "on:manual\n/echo w\n"})
    world.reconcile()
    world.folder.git("tag", "nightly")
    world.folder.git("tag", "v-blob", "HEAD:workflows/w.wf")
    assert world.reconcile() == []


def test_the_workflow_of_the_tagged_commit_counts(world: World) -> None:
    old = world.folder.commit({"README.md": "words\n"})
    world.reconcile()
    world.folder.commit({"workflows/release.wf": RELEASE})
    world.folder.git("tag", "v1", old)
    assert world.reconcile() == []


def test_a_tag_waits_while_its_workflow_is_suspended(world: World) -> None:
    world.folder.commit({"workflows/release.wf": RELEASE, "workflows/b.wf": RELEASE})
    world.reconcile()
    suspensions = world.clone().records.suspensions
    suspensions.suspend("workflows/release.wf", "Ada")
    world.folder.git("tag", "v1")
    assert [run.workflow for run in world.reconcile()] == ["workflows/b.wf"]
    assert world.reconcile() == []
    suspensions.resume("workflows/release.wf", "Ada <ada@example.org>")
    assert [run.workflow for run in world.reconcile()] == ["workflows/release.wf"]
    assert world.reconcile() == []


def test_a_workflow_with_errors_is_refused_once_for_a_tag(world: World) -> None:
    world.folder.commit({"README.md": "words\n"})
    world.reconcile()
    world.folder.commit({"workflows/release.wf": RELEASE.replace("/echo", "/eko")})
    world.folder.git("tag", "v1")
    passing = reconciler(world.clone())
    refused = [reason for reason in passing.settle().refused if "WF202" in reason]
    assert len(refused) == 2  # for the head of the branch, and for the tag
    assert world.reconcile() == []
