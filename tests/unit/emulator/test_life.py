"""The life of a pod, without a process: what is due, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count

import msgspec
import pytest
from tests.emulator import pods
from tests.emulator.faults import Fate
from tests.emulator.pods import Gpus, Pod, Settings

T = datetime(2026, 11, 22, 10, tzinfo=UTC)
CALM = Fate(provisioning=10, pulling=20, address_after=30)


class Life:
    """A pod, and a clock for it. Its ports are 1, 2, 3 …"""

    def __init__(self, fate: Fate, **settings: object) -> None:
        ports = count(1)
        self.take: Callable[[], int] = lambda: next(ports)
        given = {"image": "runpod/x", "ports": ("22/tcp",), "disk": 20} | settings
        self.now = T
        self.pod = pods.create(
            Pod(
                id="p",
                name="wf",
                settings=msgspec.convert(given, Settings),
                compute=Gpus("A40", 1, 9, 50),
                cloud="SECURE",
                data_center="EU-SE-1",
                cuda="12.8",
                rate=Fraction(39, 100),
                fate=fate,
                created=T,
            )
        )

    def after(self, seconds: int) -> tuple[str, int | None]:
        """Go on, and say what there is: the status, and the port that is shown."""
        self.now += timedelta(seconds=seconds)
        while self.pod.due and min(self.pod.due).at <= self.now:
            self.pod = pods.happen(self.pod, min(self.pod.due), self.take)
        return self.pod.status, self.pod.shown_port


LIVES: dict[str, tuple[Fate, list[tuple[int, tuple[str, int | None]]]]] = {
    "as it should be": (
        CALM,
        [
            (0, ("PROVISIONING", None)),
            (9, ("PROVISIONING", None)),
            (1, ("STARTING", None)),
            (19, ("STARTING", None)),
            (1, ("RUNNING", None)),
            (29, ("RUNNING", None)),
            (1, ("RUNNING", 1)),
            (86_400, ("RUNNING", 1)),
        ],
    ),
    "a long pull": (
        Fate(provisioning=1, pulling=1200),
        [(1200, ("STARTING", None)), (1, ("RUNNING", None))],
    ),
    "no address ever": (Fate(address_after=None), [(86_400, ("RUNNING", None))]),
    "a wrong address first": (
        Fate(provisioning=10, pulling=20, address_after=30, stale=90),
        [(60, ("RUNNING", 1)), (89, ("RUNNING", 1)), (1, ("RUNNING", 2))],
    ),
    "preempted": (
        Fate(provisioning=1, pulling=1, ending="EXITED", ending_after=100),
        [(101, ("RUNNING", 1)), (1, ("EXITED", None)), (86_400, ("EXITED", None))],
    ),
    "vanished": (
        Fate(provisioning=1, pulling=1, ending="TERMINATED", ending_after=100),
        [(102, ("TERMINATED", None))],
    ),
    "broken before it ran": (
        Fate(provisioning=5, pulling=20, ending="ERROR", ending_after=15, ending_early=True),
        [(14, ("STARTING", None)), (1, ("ERROR", None)), (86_400, ("ERROR", None))],
    ),
}


@pytest.mark.parametrize(("fate", "course"), LIVES.values(), ids=LIVES)
def test_lives(fate: Fate, course: list[tuple[int, tuple[str, int | None]]]) -> None:
    life = Life(fate)
    assert [life.after(seconds) for seconds, _ in course] == [seen for _, seen in course]


def test_without_22_tcp_there_is_no_address() -> None:
    life = Life(CALM, ports=("8888/http",))
    assert life.after(86_400) == ("RUNNING", None)


def test_a_start_after_a_stop_tells_the_old_port_first() -> None:
    life = Life(CALM)
    life.after(60)
    life.pod = pods.end(life.pod, "EXITED", life.now)
    assert life.after(5) == ("EXITED", None)
    life.pod = pods.start(life.pod, life.now, life.take)
    assert life.after(0) == ("STARTING", None)
    assert life.after(pods.AGAIN) == ("RUNNING", None)
    assert life.after(30) == ("RUNNING", 1)
    assert life.after(pods.STALE_AFTER_STOP) == ("RUNNING", 2)
    assert life.pod.boot == 2


def test_a_restart_keeps_the_port() -> None:
    life = Life(CALM)
    life.after(60)
    life.pod = pods.restart(life.pod, life.now)
    assert life.after(0) == ("STARTING", None)
    assert life.after(pods.AGAIN + 30) == ("RUNNING", 1)
    assert life.pod.boot == 2


def test_a_terminated_pod_is_forgotten_in_two_steps() -> None:
    life = Life(CALM)
    life.pod = pods.end(life.pod, "TERMINATED", life.now)
    assert [due.step for due in life.pod.due] == ["unlisted", "forgotten"]
    life.after(pods.LISTED)
    assert [due.step for due in life.pod.due] == ["forgotten"]
    life.after(pods.KNOWN - pods.LISTED)
    assert life.pod.due == ()


GB = Fraction(1, 720)
COSTS = [
    ("PROVISIONING", "0.39", 50 * Fraction("0.10")),
    ("STARTING", "0.39", 50 * Fraction("0.10")),
    ("RUNNING", "0.39", 50 * Fraction("0.10")),
    ("ERROR", "0.39", 50 * Fraction("0.10")),
    ("EXITED", "0", 30 * Fraction("0.20")),
    ("TERMINATED", "0", Fraction(0)),
]


@pytest.mark.parametrize(("status", "compute", "disk"), COSTS)
def test_what_it_costs_in_each_state(status: pods.Status, compute: str, disk: Fraction) -> None:
    life = Life(CALM, mounts={"persistent": {"size": 30, "path": "/workspace"}})
    rates = msgspec.structs.replace(life.pod, status=status).rates
    assert (rates.gpu, rates.disk) == (Fraction(compute), disk * GB)


def test_a_pod_without_its_gpus_costs_its_disk() -> None:
    life = Life(Fate(zero_gpus=True))
    life.after(63)
    life.pod = pods.end(life.pod, "EXITED", life.now)
    life.pod = pods.start(life.pod, life.now, life.take)
    assert life.pod.rates.gpu == 0
    assert life.pod.rates.disk > 0
