"""The reaper against the emulator: it ends what nobody needs, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.targets.runpod.account import Account
from gitwf.targets.runpod.api.client import Client
from gitwf.targets.runpod.api.transport import Transport
from gitwf.targets.runpod.choosing import Offer
from gitwf.targets.runpod.lease import UNSEEN, Lease, State
from gitwf.targets.runpod.ledger import Ledger
from gitwf.targets.runpod.reaper import Reaper, Standing, is_due

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.process import Emulator

GPU = "NVIDIA GeForce RTX 4090"
NOW = datetime.now(UTC)


@pytest.fixture
def account(emulator: Emulator, tmp_path: Path) -> Iterator[Account]:
    """An account at an emulator in which time goes, for the clone `c`."""
    emulator.set_speed(60)
    transport = Transport(emulator.key, emulator.url)
    yield Account(Client(transport), Ledger(tmp_path / "pods", "key"), "c", emulator.url, poll=0.05)
    transport.close()


def make(emulator: Emulator, name: str) -> str:
    """Make a pod, and return its id."""
    request = {
        "name": name,
        "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        "cloud": "SECURE",
        "gpu": {"id": GPU, "count": 1},
        "disk": 20,
        "ports": ["22/tcp"],
    }
    return str(emulator.api.post("/pods", json=request).json()["id"])


def lease(name: str, state: State, pod: str | None = None, **more: object) -> Lease:
    """Return what the ledger says of a pod of a run called as the second part of its name."""
    known = Lease(
        name=name,
        run=name.split("-")[2],
        job="4",
        likeness="",
        offer=Offer(GPU, 1, "SECURE", Decimal("0.44")),
        disk=20,
        state=state,
        pod=pod,
        created=NOW,
    )
    return msgspec.structs.replace(known, **more)


def standing(**runs: Standing) -> Callable[[str], Standing]:
    return lambda run: runs.get(run, Standing.OVER)


def alive(emulator: Emulator) -> set[object]:
    return {pod["name"] for pod in emulator.pods() if pod["status"] != "TERMINATED"}


STANDS: Mapping[str, tuple[State, Standing, bool]] = {
    "its run is over": (State.READY, Standing.OVER, True),
    "its run goes on": (State.READY, Standing.PLAYED, False),
    "its run may be taken up": (State.READY, Standing.OPEN, False),
    "nobody ended it": (State.ENDING, Standing.OPEN, True),
    "somebody ends it": (State.ENDING, Standing.PLAYED, False),
    "it was believed to be gone": (State.GONE, Standing.PLAYED, True),
}


@pytest.mark.parametrize(("state", "stands", "is_ended"), STANDS.values(), ids=STANDS)
def test_a_pod_that_the_ledger_knows(
    account: Account, emulator: Emulator, state: State, stands: Standing, *, is_ended: bool
) -> None:
    account.ledger.write(lease("wf-c-r1-4-1", state, make(emulator, "wf-c-r1-4-1")))
    Reaper(account, standing(r1=stands)).reap()
    assert alive(emulator) == (set() if is_ended else {"wf-c-r1-4-1"})


def test_a_pod_that_the_ledger_does_not_know(account: Account, emulator: Emulator) -> None:
    for name in ("wf-c-r1-4-1", "wf-c-r2-4-1", "wf-other-r1-4-1", "somebody's"):
        make(emulator, name)
    reaped = Reaper(account, standing(r2=Standing.PLAYED)).reap()
    assert reaped.ended == ("wf-c-r1-4-1",)
    assert alive(emulator) == {"wf-c-r2-4-1", "wf-other-r1-4-1", "somebody's"}


def test_a_pod_that_turns_up_late(account: Account, emulator: Emulator) -> None:
    given_up = lease("wf-c-r1-4-1", State.GONE, reason=UNSEEN, ended=NOW, spent=Decimal(0))
    account.ledger.write(given_up)
    assert is_due(account.ledger, standing(), NOW)
    assert not is_due(account.ledger, standing(), NOW + timedelta(hours=2))
    pod = make(emulator, "wf-c-r1-4-1")
    emulator.advance(1800)
    Reaper(account, standing()).reap()
    found = account.ledger.read("wf-c-r1-4-1")
    assert alive(emulator) == set()
    assert found is not None
    assert (found.state, found.pod) == (State.GONE, pod)
    assert found.spent is not None
    assert round(found.spent * 100) == emulator.ledger()["cents"]
    assert found.spent > Decimal("0.2")


def test_an_end_that_fails(account: Account, emulator: Emulator) -> None:
    make(emulator, "wf-c-r1-4-1")
    emulator.fail("answer", where={"operation": "deletePod"}, status=403, detail="access denied")
    reaped = Reaper(account, standing()).reap()
    (problem,) = reaped.problems
    assert problem == (
        "pod `wf-c-r1-4-1` could not be ended: RunPod answers 403 (access denied): the key may not do this: "
        "give it leave to read and write pods"
    )
    assert Reaper(account, standing()).reap().ended == ("wf-c-r1-4-1",)
    assert alive(emulator) == set()
