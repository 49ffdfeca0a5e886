"""What the API sends, as far as it is read here. What else it sends is passed over."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

RUNNING = "RUNNING"
COMING = frozenset({"PROVISIONING", "STARTING"})
TERMINATED = "TERMINATED"
LIVING = frozenset({*COMING, RUNNING})
"""States in which a pod costs what it is said to cost."""


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """A part of an answer."""


class Address(_Part, frozen=True):
    """Where the sshd of a pod is reached from everywhere."""

    host: str
    port: int
    username: str = "root"


class Ssh(_Part, frozen=True):
    """The ways into a pod; ``direct`` is not known at first."""

    direct: Address | None = None


class Rented(_Part, frozen=True):
    """The GPUs of a pod."""

    id: str
    count: int = 1


class Pod(_Part, frozen=True):
    """A pod as it is now. ``cost`` is in USD an hour, and 0 once it is stopped; ``disk`` in GB."""

    id: str
    name: str
    status: str
    created_at: datetime
    started_at: datetime | None = None
    cost: Decimal = Decimal(0)
    disk: int = 0
    image: str = ""
    cloud: str = ""
    data_center_id: str | None = None
    gpu: Rented | None = None
    ssh: Ssh | None = None

    @property
    def address(self) -> Address | None:
        """Where its sshd is reached, where that is known."""
        return self.ssh.direct if self.ssh else None


class Pagination(_Part, frozen=True):
    """Where a list goes on: the live service sends it, its document of August 2026 has none."""

    next_cursor: str | None = None
    has_next_page: bool = False


class PodPage(_Part, frozen=True):
    """A page of pods; the only one where there is no pagination."""

    pods: tuple[Pod, ...]
    pagination: Pagination | None = None

    @property
    def following(self) -> str | None:
        """The cursor of the next page."""
        more = self.pagination
        return more.next_cursor if more and more.has_next_page else None


class Prices(_Part, frozen=True):
    """USD for a GPU and hour; None: not in that cloud."""

    secure: Decimal | None = None
    community: Decimal | None = None


class Most(_Part, frozen=True):
    """How many GPUs a pod may have."""

    secure: int = 0
    community: int = 0


class Stocked(_Part, frozen=True):
    """How much of a GPU a data centre has left: NONE, LOW, MEDIUM or HIGH."""

    id: str
    availability: str = "NONE"


class GpuType(_Part, frozen=True):
    """A kind of GPU in the catalogue; ``memory`` in GB. Without ``availability`` nobody asked for it."""

    id: str
    name: str
    memory: int = 0
    price: Prices = Prices()
    max_count: Most = Most()
    availability: str | None = None
    data_centers: tuple[Stocked, ...] = ()

    def hourly(self, cloud: str) -> Decimal | None:
        """Return USD for one of them and hour in ``cloud``, or None."""
        return self.price.secure if cloud == "SECURE" else self.price.community

    def most(self, cloud: str) -> int:
        """Return how many of them a pod may have in ``cloud``."""
        return self.max_count.secure if cloud == "SECURE" else self.max_count.community


class GpuList(_Part, frozen=True):
    """The GPUs of the catalogue."""

    gpus: tuple[GpuType, ...]


class Bill(_Part, frozen=True):
    """What a pod cost in some span of time, in USD."""

    pod_id: str
    total_amount: Decimal = Decimal(0)


class Bills(_Part, frozen=True):
    """The history of what pods cost."""

    records: tuple[Bill, ...]


class LogLine(_Part, frozen=True):
    """A line that a pod printed (``container``), or that was noted about it (``system``)."""

    line: str
    source: str = "container"


class Said(_Part, frozen=True):
    """A refusal (RFC 9457)."""

    title: str = ""
    detail: str = ""
    errors: tuple[str, ...] = ()
