"""What a sighting of a pod calls for: a table of its life, and of each way in which that goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from gitwf.targets.runpod.api.wire import Address, Pod, Ssh
from gitwf.targets.runpod.choosing import Offer
from gitwf.targets.runpod.lease import Lease, State, gone, made, sighted
from gitwf.targets.runpod.life import (
    VANISHED,
    Confirm,
    Knock,
    Lost,
    Useless,
    Verdict,
    Wait,
    Well,
    judge,
    looping,
    ours,
)

BORN = datetime(2026, 11, 22, 10, tzinfo=UTC)
OFFER = Offer("RTX 4090", 1, "SECURE", Decimal("0.44"))
HERE, THERE = Address("203.0.113.7", 4022), Address("203.0.113.7", 4023)


def at(minutes: float) -> datetime:
    return BORN + timedelta(minutes=minutes)


def pod(status: str, address: Address | None = None, started: float = 1) -> Pod:
    begun = at(started) if status == "RUNNING" else None
    return Pod("p1", "wf-c-R-1-1", status, BORN, begun, Decimal("0.44"), ssh=Ssh(address))


def lease(state: State = State.MADE, since: float | None = None) -> Lease:
    return Lease(
        name="wf-c-R-1-1",
        run="R",
        job="1",
        likeness="x",
        offer=OFFER,
        disk=20,
        state=state,
        pod="p1",
        created=BORN,
        address=HERE if since is not None else None,
        address_since=at(since) if since is not None else None,
    )


STOPPED = "was stopped: by RunPod, for somebody who pays more or for want of balance, or by hand"

CASES: dict[str, tuple[Lease, Pod | None, float, Verdict]] = {
    "just made, not in the list yet": (lease(), None, 0.4, Wait()),
    "not in the list for longer": (lease(), None, 0.6, Confirm()),
    "ready, and not in the list": (lease(State.READY), None, 0.1, Confirm()),
    "looking for a machine": (lease(), pod("PROVISIONING"), 9, Wait()),
    "no machine in time": (
        lease(),
        pod("PROVISIONING"),
        11,
        Lost("was still PROVISIONING after 11 minutes"),
    ),
    "pulling its image": (lease(), pod("STARTING"), 24, Wait()),
    "an image that does not come": (
        lease(),
        pod("STARTING"),
        26,
        Lost("was still STARTING after 26 minutes"),
    ),
    "running, without an address": (lease(), pod("RUNNING"), 12, Wait()),
    "an address that does not come": (
        lease(),
        pod("RUNNING"),
        14,
        Lost("had no public address after 13 minutes"),
    ),
    "an address": (lease(since=2), pod("RUNNING", HERE), 5, Knock(HERE)),
    "nobody lets us in": (
        lease(since=2),
        pod("RUNNING", HERE),
        7,
        Useless("runs, and no sshd has let us in for 5 minutes"),
    ),
    "ready": (lease(State.READY), pod("RUNNING", HERE), 500, Well()),
    "ready, and starting again": (
        lease(State.READY),
        pod("STARTING"),
        500,
        Lost("was started anew, and its disk is empty now"),
    ),
    "preempted": (lease(State.READY), pod("EXITED"), 5, Lost(STOPPED)),
    "preempted before it ran": (lease(), pod("EXITED"), 1, Lost(STOPPED)),
    "broken": (lease(), pod("ERROR"), 1, Lost("broke: RunPod calls it ERROR")),
    "terminated by hand": (
        lease(State.READY),
        pod("TERMINATED"),
        5,
        Lost("was terminated, and not by us"),
    ),
}


@pytest.mark.parametrize(("known", "seen", "minutes", "verdict"), CASES.values(), ids=CASES)
def test_judging(known: Lease, seen: Pod | None, minutes: float, verdict: Verdict) -> None:
    assert judge(known, seen, at(minutes)) == verdict


def test_a_new_address_has_time_of_its_own() -> None:
    first = sighted(lease(), pod("RUNNING", HERE), at(2))
    again = sighted(first, pod("RUNNING", HERE), at(3))
    moved = sighted(again, pod("RUNNING", THERE), at(5))
    assert (first.address_since, again.address_since, moved.address_since) == (at(2), at(2), at(5))
    assert sighted(moved, pod("RUNNING"), at(6)).address_since is None


def test_of_two_with_our_name_the_first_is_ours() -> None:
    asked = msgspec.structs.replace(lease(State.ASKED), pod=None)
    second = msgspec.structs.replace(pod("RUNNING"), id="p2", created_at=at(1))
    other = msgspec.structs.replace(pod("RUNNING"), id="p3", name="mine")
    assert ours(asked, [second, other, pod("RUNNING")]) == (pod("RUNNING"), [second])
    assert ours(lease(), [second]) == (None, [second])
    assert ours(asked, [msgspec.structs.replace(second, status="TERMINATED")]) == (None, [])


@pytest.mark.parametrize(
    ("log", "last"),
    [
        ([], None),
        (["up"], None),
        (["no such file"] * 3, "no such file"),
        (["begin", "no such file"] * 4, "no such file"),
        (["step 1", "done", "step 2", "x", "done", "done"], None),
    ],
)
def test_a_start_command_that_loops(log: list[str], last: str | None) -> None:
    assert looping(log) == last


def test_what_it_cost() -> None:
    made_ = made(lease(State.ASKED), pod("PROVISIONING"), BORN)
    ended = gone(made_, at(60), None, certain=True)
    disk = Decimal("0.10") * 20 / 720
    assert ended.spent == Decimal("0.44") + disk
    vanished = gone(sighted(made_, pod("RUNNING"), at(30)), at(60), Decimal("0.30"), certain=False)
    assert vanished.spent == Decimal("0.30")
    partly = gone(sighted(made_, pod("RUNNING"), at(30)), at(60), Decimal("0.10"), certain=False)
    assert partly.spent == Decimal("0.44") + disk
    assert gone(lease(State.ASKED), at(60), None, certain=True).spent is not None
    never = msgspec.structs.replace(lease(State.ASKED), pod=None, created=None)
    assert gone(never, at(60), None, certain=True).spent == 0
    assert VANISHED == "vanished: RunPod does not know it any more"
