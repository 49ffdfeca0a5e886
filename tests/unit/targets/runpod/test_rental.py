"""Renting against the emulator: who may, and who no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from tests.chaos import pods

from gitwf.targets.runpod.account import Account
from gitwf.targets.runpod.api.client import Client
from gitwf.targets.runpod.api.transport import Transport
from gitwf.targets.runpod.lease import State
from gitwf.targets.runpod.ledger import Ledger
from gitwf.targets.runpod.rental import Rental
from gitwf.targets.runpod.wish import Terms, Wish
from gitwf.targets.ssh.job import CancelledError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.process import Emulator

WISH = Wish(("NVIDIA GeForce RTX 4090",))


@pytest.fixture
def account(emulator: Emulator, tmp_path: Path) -> Iterator[Account]:
    transport = Transport(emulator.key, emulator.url)
    yield Account(Client(transport), Ledger(tmp_path / "pods", "key"), "c", emulator.url, poll=0.05)
    transport.close()


def never() -> None:
    """What a job says that goes on."""


def test_no_pod_is_asked_for_without_leave(account: Account, emulator: Emulator) -> None:
    rental, answers = Rental(account, "r1"), [False, False, True]

    def may_rent() -> bool:
        assert emulator.pods() == []
        return answers.pop(0)

    rental.listen(lambda _: None, may_rent)
    lease = rental.take("4", WISH, Terms(), never)
    assert [pod["id"] for pod in emulator.pods()] == [lease.pod]


def test_who_waits_for_leave_can_be_cancelled(account: Account, emulator: Emulator) -> None:
    rental = Rental(account, "r1")
    rental.listen(lambda _: None, lambda: False)
    left = [1, 2, 3]

    def check() -> None:
        if not left:
            raise CancelledError
        left.pop()

    with pytest.raises(CancelledError):
        rental.take("4", WISH, Terms(), check)
    assert emulator.pods() == []
    assert list(account.ledger.leases()) == []


def test_the_pod_that_a_job_had_is_ended_before_it_gets_another(
    account: Account, emulator: Emulator
) -> None:
    """Who was about to end it was killed when the ledger said so, and RunPod did not know yet."""
    had = Rental(account, "r1").take("4[0]", WISH, Terms(), never)
    account.ledger.write(structs.replace(had, state=State.ENDING, job=None, reason="loops"))
    lease = Rental(account, "r1").take("4[0]", WISH, Terms(), never)
    assert pods.twice(emulator) == []
    assert [one for one in emulator.pods() if one["status"] != "TERMINATED"] == [
        next(one for one in emulator.pods() if one["id"] == lease.pod)
    ]


def test_a_next_try_does_not_get_the_pod_that_is_about_to_end(
    account: Account, emulator: Emulator
) -> None:
    rental = Rental(account, "r1")
    had = rental.take("4[0]", WISH, Terms(), never)
    rental.give_back(had, Terms(), "its job has failed")
    lease = rental.take("4[0]", WISH, Terms(), never)
    rental.finish()
    assert lease.pod != had.pod
    assert pods.twice(emulator) == []
    assert [one.reason for one in rental.leases()] == ["its job has failed", "its run has ended"]


ENDINGS = {
    "we end it": (None, 0),
    "it was stopped long ago": ("EXITED", 3600),
    "it broke": ("ERROR", 3600),
    "it vanished": ("TERMINATED", 3600),
}


@pytest.mark.parametrize(("status", "later"), ENDINGS.values(), ids=ENDINGS)
def test_what_a_pod_cost(
    account: Account, emulator: Emulator, status: str | None, later: int
) -> None:
    rental = Rental(account, "r1")
    lease = rental.take("4", WISH, Terms(), never)
    emulator.advance(1800)
    if status is not None:
        emulator.end_pod(lease.pod or "", status)
    emulator.advance(later)
    rental.finish()
    (ended,) = account.ledger.leases()
    assert ended.spent is not None
    assert round(ended.spent * 100) == emulator.ledger()["cents"]
