"""The lease on a real remote: who holds it, who gets it, and who is kept out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.reconcile.sharing.exchange import Exchange
from gitwf.reconcile.sharing.holder import Holder
from gitwf.reconcile.sharing.share import RENEWAL, TTL, NotHolderError, Share
from gitwf.records.requests import CANCEL
from gitwf.records.store import Records
from gitwf.repo.remote import Remote
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder


class Member:
    """A clone of the remote, with a clock of its own that the test sets."""

    def __init__(self, folder: Folder, name: str, *, machine: str) -> None:
        self.folder = folder
        self.time = 1000.0
        repository = Repository.open(folder.path)
        self.records = Records(repository)
        self.exchange = Exchange(repository, self.records, Remote(repository, "origin"))
        me = Holder(machine, name, 1, "boot 1/pid:[1]")
        self.share = Share(self.exchange, self.records, me, name, lambda: self.time)

    def later(self, seconds: float) -> Share:
        """Let so many seconds go by here."""
        self.time += seconds
        return self.share

    def looks(self, seconds: float = 0.0) -> Member:
        """Let so many seconds go by here, and look at the remote."""
        self.time += seconds
        self.share.pull()
        return self


class Team:
    """Members on two machines, and what the remote has."""

    def __init__(self, hub: Folder, make: MakeFolder) -> None:
        self.hub = hub
        self._make = make

    def member(self, name: str) -> Member:
        folder = self._make(name)
        folder.git("remote", "add", "origin", str(self.hub.path))
        folder.commit({"a": "1"})
        return Member(folder, name, machine=f"machine of {name}")

    def lease(self) -> dict[str, object]:
        text = self.hub.git("show", "-s", "--format=%B", "refs/wf/lease/default")
        return dict(msgspec.json.decode(text))


@pytest.fixture
def team(make_folder: MakeFolder) -> Team:
    return Team(make_folder("hub", "--bare"), make_folder)


def test_one_at_a_time(team: Team) -> None:
    ada, ben = team.member("ada").looks(), team.member("ben").looks()
    assert ada.share.take()
    assert not ben.share.take()
    assert ben.share.holder() is not None
    assert ben.looks(TTL).share.take() is False
    ada.share.free()
    assert ben.looks().share.take()
    assert (team.lease()["epoch"], team.lease()["host"]) == (2, "ben")
    assert (ada.records.epoch, ben.records.epoch) == (1, 2)


def test_what_is_not_renewed_is_taken_over_and_the_former_holder_kept_out(team: Team) -> None:
    ada, ben = team.member("ada").looks(), team.member("ben")
    assert ada.share.take()
    ben.looks()
    ada.time += RENEWAL
    assert ada.share.is_due
    ada.share.renew()
    assert not ben.looks(TTL - 1).share.take()
    assert ben.looks(TTL + 1).share.take()
    ada.records.seen.write("tags", {"v1": "1"})
    with pytest.raises(NotHolderError):  # which it does not know yet
        ada.share.push()
    assert "refs/wf/seen/tags" not in team.hub.git("for-each-ref")
    assert team.lease()["host"] == "ben"


def test_a_holder_that_cannot_renew_stops_in_time(team: Team) -> None:
    ada = team.member("ada").looks()
    ada.share.take()
    ada.time += TTL * 5 / 6 - 1
    assert [ada.share.is_held, ada.later(2).is_held] == [True, False]
    with pytest.raises(NotHolderError):
        ada.share.push()


def test_what_was_decided_on_older_records_is_not_done(team: Team) -> None:
    ada, ben = team.member("ada").looks(), team.member("ben").looks()
    decided = ada.share.generation
    ben.share.take()
    ben.records.seen.write("tags", {"v1": "1"})
    ben.share.push()
    ben.share.free()
    assert not ada.share.admits(decided)
    assert ada.records.seen.read("tags") == {"v1": "1"}
    assert ada.share.admits(ada.share.generation)


def test_without_the_lease_only_what_decides_nothing_is_pushed(team: Team) -> None:
    ada, ben = team.member("ada").looks(), team.member("ben").looks()
    ada.share.take()
    ben.looks()
    ben.records.seen.write("tags", {"v1": "1"})
    ben.records.suspensions.suspend("a.wf", "Ben")
    commit = ben.folder.git("rev-parse", "HEAD")
    ben.records.notes.append({commit: [b'{"at":"x"}']})
    assert ben.share.push(whole=False)
    refs = team.hub.git("for-each-ref", "--format=%(refname)").splitlines()
    assert refs == ["refs/notes/wf", "refs/wf/lease/default", "refs/wf/suspended/a.wf"]
    assert not ben.share.push(whole=False)
    assert ben.exchange.unpushed() == ["refs/wf/seen/tags"]


def test_a_persons_own_fetch_takes_nothing_away(team: Team) -> None:
    ada, ben = team.member("ada").looks(), team.member("ben").looks()
    commit = ada.folder.git("rev-parse", "HEAD")
    ada.records.notes.append({commit: [b'{"at":"1"}']})
    ada.share.push(whole=False)
    ben.records.notes.append({commit: [b'{"at":"2"}']})
    ben.folder.git("fetch", "--quiet", "origin", "+refs/notes/wf:refs/notes/remotes/origin/wf")
    ben.share.push(whole=False)
    assert team.hub.git("notes", "--ref=wf", "show", commit).splitlines() == [
        '{"at":"1"}',
        '{"at":"2"}',
    ]


def test_wishes_go_there_and_are_gone_when_they_were_acted_on(team: Team) -> None:
    ada, ben = team.member("ada").looks(), team.member("ben").looks()
    run = ada.records.ids.new()
    ada.records.requests.ask(run, CANCEL, "Ada")
    ada.share.push(whole=False)
    assert ben.looks().records.requests.find(run, CANCEL) is not None
    assert ben.records.suspensions.all() == {}
    ada.records.suspensions.suspend("a.wf", "Ada")
    ada.share.push(whole=False)
    assert list(ben.looks().records.suspensions.all()) == ["a.wf"]
    ben.records.suspensions.resume("a.wf", "Ben")
    ben.share.push(whole=False)
    assert ada.looks().records.suspensions.all() == {}


def test_a_lease_that_cannot_be_read_holds_nobody_back(team: Team) -> None:
    ada = team.member("ada")
    ada.folder.git("push", "--quiet", "origin", "HEAD:refs/wf/lease/default")
    assert ada.looks().share.take()
    assert team.lease()["epoch"] == 1
