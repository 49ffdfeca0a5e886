"""A pod and its life: values in, values out. What it does to processes and money is decided elsewhere.

A pod carries its future: what is due, and when. `happen` lets one thing happen; the four actions of the API
are `start`, `stop`, `restart` and `terminate`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

import msgspec
from tests.emulator import billing
from tests.emulator.billing import Rates
from tests.emulator.catalogue import Cloud
from tests.emulator.faults import Ending, Fate

Status = Literal["PROVISIONING", "STARTING", "RUNNING", "EXITED", "ERROR", "TERMINATED"]
Step = Literal["placed", "running", "address", "right address", "end", "unlisted", "forgotten"]
TakePort = Callable[[], int]

AGAIN = 5
"""Seconds in `STARTING` when the image is there already."""
STALE_AFTER_STOP = 90
"""Seconds for which a pod that was stopped and started is listed with its old port."""
LISTED, KNOWN = 4, 8
"""Seconds for which a terminated pod is still in the list, and still found by its id."""
ACTIONS: dict[Status, tuple[str, ...]] = {
    "PROVISIONING": ("stop", "terminate"),
    "STARTING": ("stop", "terminate"),
    "RUNNING": ("stop", "restart", "terminate"),
    "EXITED": ("start", "terminate"),
    "ERROR": ("start", "terminate"),
    "TERMINATED": (),
}


class Due(msgspec.Struct, frozen=True, order=True):
    """Something to come."""

    at: datetime
    step: Step


class Gpus(msgspec.Struct, frozen=True):
    """What a GPU pod has: `memory` in GB."""

    id: str
    count: int
    vcpu_count: int
    memory: int


class Cpus(msgspec.Struct, frozen=True):
    """What a CPU pod has: `memory` in GB."""

    id: str
    vcpu_count: int
    memory: int


class Settings(msgspec.Struct, frozen=True):
    """What a request sets and `PATCH` may change of the container; `mounts` are as the document has them."""

    image: str
    args: str = ""
    disk: int = 20
    ports: tuple[str, ...] = ()
    env: dict[str, str] = {}
    registry: str | None = None
    mounts: dict[str, object] = {}

    @property
    def persistent(self) -> int:
        """GB of the volume on the host."""
        volume = self.mounts.get("persistent")
        return int(volume["size"]) if isinstance(volume, dict) else 0

    @property
    def network_volume(self) -> str | None:
        """The id of the network volume."""
        volumes = self.mounts.get("network")
        return str(volumes[0]["volumeId"]) if isinstance(volumes, list) and volumes else None


class Pod(msgspec.Struct, frozen=True, kw_only=True):
    """A pod at one moment."""

    id: str
    name: str
    settings: Settings
    injected: dict[str, str] = {}
    """Environment that no request names and no answer shows."""
    compute: Gpus | Cpus
    cloud: Cloud
    data_center: str
    cuda: str | None
    rate: Fraction
    """Dollars an hour."""
    fate: Fate
    created: datetime
    status: Status = "PROVISIONING"
    started: datetime | None = None
    locked: bool = False
    global_networking: bool = False
    boot: int = 0
    """Counts its containers; 0: there was none yet."""
    port: int | None = None
    """The public port for its sshd."""
    shown_port: int | None = None
    """The port that the API tells."""
    wrong_port: int | None = None
    """The port that the API tells first."""
    stale: int = 0
    """For so many seconds."""
    pulling: int = 0
    gpus_lost: bool = False
    ended: datetime | None = None
    due: tuple[Due, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether it holds its machine."""
        return self.status in {"PROVISIONING", "STARTING", "RUNNING", "ERROR"}

    @property
    def actions(self) -> tuple[str, ...]:
        """What may be asked of it now."""
        return ACTIONS[self.status]

    @property
    def rates(self) -> Rates:
        """What it costs now."""
        persistent = self.settings.persistent
        if self.status == "TERMINATED":
            return Rates()
        if self.status == "EXITED":
            return Rates(disk=billing.STOPPED_DISK * persistent / billing.MONTH)
        disk = billing.RUNNING_DISK * (self.settings.disk + persistent) / billing.MONTH
        rate = Fraction(0) if self.gpus_lost else self.rate
        return Rates(disk=disk, **{"gpu" if isinstance(self.compute, Gpus) else "cpu": rate})


def create(pod: Pod) -> Pod:
    """A pod as it is when the request for it is answered."""
    due = [_after(pod.created, pod.fate.provisioning, "placed")]
    if pod.fate.ending and pod.fate.ending_early:
        due.append(_after(pod.created, pod.fate.ending_after, "end"))
    return _replace(pod, due=tuple(due), pulling=pod.fate.pulling, stale=pod.fate.stale)


def happen(pod: Pod, due: Due, take_port: TakePort) -> Pod:
    """The pod after something that was due for it; `take_port` gives a port that no one else has."""
    pod = _replace(pod, due=tuple(other for other in pod.due if other is not due))
    match due.step:
        case "placed":
            return _placed(pod, due.at, take_port)
        case "running":
            return _running(pod, due.at)
        case "address":
            shown = pod.wrong_port if pod.stale else pod.port
            more = (_after(due.at, pod.stale, "right address"),) if pod.stale else ()
            return _replace(pod, shown_port=shown, due=(*pod.due, *more))
        case "right address":
            return _replace(pod, shown_port=pod.port, stale=0)
        case "end":
            return end(pod, pod.fate.ending or "EXITED", due.at)
        case "unlisted" | "forgotten":
            return pod


def _placed(pod: Pod, at: datetime, take_port: TakePort) -> Pod:
    wrong = pod.port or (take_port() if pod.stale else None)
    return _replace(
        pod,
        status="STARTING",
        port=take_port(),
        wrong_port=wrong,
        due=(*pod.due, _after(at, pod.pulling, "running")),
    )


def _running(pod: Pod, at: datetime) -> Pod:
    due = list(pod.due)
    if "22/tcp" in pod.settings.ports and pod.fate.address_after is not None:
        due.append(_after(at, pod.fate.address_after, "address"))
    if pod.boot == 0 and pod.fate.ending and not pod.fate.ending_early:
        due.append(_after(at, pod.fate.ending_after, "end"))
    return _replace(pod, status="RUNNING", boot=pod.boot + 1, started=at, due=tuple(due))


def end(pod: Pod, status: Ending, at: datetime) -> Pod:
    """Stopped, broken or terminated: its container is gone, and so is its address."""
    due: tuple[Due, ...] = ()
    if status == "TERMINATED":
        due = (_after(at, LISTED, "unlisted"), _after(at, KNOWN, "forgotten"))
    return _replace(pod, status=status, shown_port=None, due=due, ended=at)


def start(pod: Pod, at: datetime, take_port: TakePort) -> Pod:
    """Boot a stopped pod on the host it was on, at another port; the old one is told first."""
    stale = max(STALE_AFTER_STOP, pod.fate.stale) if pod.port else 0
    pod = _replace(pod, stale=stale, pulling=AGAIN, gpus_lost=pod.fate.zero_gpus, ended=None)
    return _placed(pod, at, take_port)


def restart(pod: Pod, at: datetime) -> Pod:
    """Another container in place of this one, at the same port."""
    due = tuple(due for due in pod.due if due.step == "end")
    again = _after(at, AGAIN, "running")
    return _replace(pod, status="STARTING", shown_port=None, stale=0, due=(*due, again))


def reset(pod: Pod, at: datetime, take_port: TakePort) -> Pod:
    """A running pod whose settings were changed starts over: another container, another port."""
    due = tuple(due for due in pod.due if due.step == "end")
    return start(_replace(pod, due=due, shown_port=None), at, take_port)


def _after(at: datetime, seconds: int, step: Step) -> Due:
    return Due(at + timedelta(seconds=seconds), step)


_replace = msgspec.structs.replace
