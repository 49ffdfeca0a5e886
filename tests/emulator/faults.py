"""What goes wrong, when a test says so or a seed draws it.

A `Rule` is a fault and what it is for. Faults of requests are met by the next requests that match; those of
pods (`Fate`) are given to the next pods made that match, and play out in the pod's own time.
"""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from typing import Literal

import msgspec
from tests.emulator.problem import NO_INSTANCES

Ending = Literal["EXITED", "ERROR", "TERMINATED"]


class _Fault(
    msgspec.Struct, frozen=True, tag_field="fault", rename="camel", forbid_unknown_fields=True
):
    """What all of them have in common: how they are written."""


class Answer(_Fault, frozen=True, tag="answer"):
    """An answer instead of the right one; the request has no effect."""

    status: int
    detail: str = "Something went wrong. Please try again later or contact support."
    retry_after: int | None = None


class Dropped(_Fault, frozen=True, tag="dropped"):
    """The connection is cut before the request has any effect."""


class Lost(_Fault, frozen=True, tag="lost"):
    """The request has its effect, but the connection is cut before the answer."""


class Slow(_Fault, frozen=True, tag="slow"):
    """The request has its effect at once, and the answer comes so many real seconds later."""

    seconds: float


class NoCapacity(_Fault, frozen=True, tag="no_capacity"):
    """Nothing is free of what the rule is for: one GPU type, cloud, data centre, or all of them."""

    detail: str = NO_INSTANCES


class Fate(_Fault, frozen=True, omit_defaults=True, tag="pod"):
    """What becomes of a pod. All times are virtual seconds."""

    provisioning: int = 8
    """In `PROVISIONING`."""
    pulling: int = 25
    """Then in `STARTING`; an image that nobody has used there can take twenty minutes."""
    address_after: int | None = 30
    """From `RUNNING` to the public address being known; None: it never is."""
    stale: int = 0
    """So long the address first given is a wrong one, where nothing listens. After a stop and start it is
    the old one, for 90 s at least."""
    ending: Ending | None = None
    """How it ends by itself: preempted (`EXITED`, or `TERMINATED`: it vanishes), or broken (`ERROR`)."""
    ending_after: int = 0
    """When: counted from its first `RUNNING`, or from its creation with `ending_early`."""
    ending_early: bool = False
    no_sshd: bool = False
    """The image has none: it runs for ever, its port refuses."""
    mute: bool = False
    """Its port accepts connections, but no banner ever comes."""
    crash_loop: bool = False
    """The start command fails: it is started again and again, `RUNNING` all the time, and billed."""
    host_full: bool = False
    """After a stop, `start` finds no free GPU on its host."""
    zero_gpus: bool = False
    """After a stop, `start` gives it back without a GPU."""
    disk_megabytes: int | None = None
    """The size of its disk in truth; a few MB make a full one."""
    read_only_home: bool = False
    clock_off: int = 0
    """Seconds that its clock is wrong by. Needs Debian's faketime on this machine."""


RequestFault = Answer | Dropped | Lost | Slow
Fault = RequestFault | NoCapacity | Fate


class Rule(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A fault, for requests or pods that have all of what is given; names may be patterns (`wf-*`)."""

    fault: Fault
    operation: str | None = None
    """An `operationId` of the document, such as `createPod`."""
    name: str | None = None
    """Of the pod that is made."""
    pod: str | None = None
    """The id in the path."""
    gpu: str | None = None
    cloud: str | None = None
    data_center: str | None = None
    skip: int = 0
    """So many are let through first."""
    times: int | None = 1
    """So many meet it; None: all."""

    def is_for(self, **given: str | None) -> bool:
        """Whether everything that the rule names is as given."""
        return all(
            wanted is None
            or (given.get(name) is not None and fnmatchcase(given[name] or "", wanted))
            for name, wanted in (
                ("operation", self.operation),
                ("name", self.name),
                ("pod", self.pod),
                ("gpu", self.gpu),
                ("cloud", self.cloud),
                ("data_center", self.data_center),
            )
        )

    def used(self) -> Rule | None:
        """The rule after one has met it; None: it is used up."""
        if self.skip:
            return msgspec.structs.replace(self, skip=self.skip - 1)
        if self.times is None:
            return self
        return msgspec.structs.replace(self, times=self.times - 1) if self.times > 1 else None


class Chaos(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Faults drawn at random: each a probability, for a request or for a pod."""

    seed: int = 0
    lost: float = 0.0
    dropped: float = 0.0
    slow: float = 0.0
    slow_seconds: float = 2.0
    server_error: float = 0.0
    limited: float = 0.0
    no_capacity: float = 0.0
    exited: float = 0.0
    vanished: float = 0.0
    broken: float = 0.0
    ending_within: int = 600
    """A pod that ends by itself does so within so many seconds."""
    stale: float = 0.0
    late_address: float = 0.0
    no_address: float = 0.0
    slow_pull: float = 0.0
    no_sshd: float = 0.0
    crash_loop: float = 0.0

    def request(self, number: int, operation: str) -> RequestFault | NoCapacity | None:
        """What the `number`-th request meets."""
        dice = random.Random(f"{self.seed} request {number}")  # noqa: S311 - not a secret
        drawn: list[tuple[float, RequestFault | NoCapacity]] = [
            (self.lost, Lost()),
            (self.dropped, Dropped()),
            (self.slow, Slow(self.slow_seconds)),
            (self.server_error, Answer(dice.choice([500, 502, 503, 504]))),
            (self.limited, Answer(429, "rate limit exceeded for the minute window", 1)),
            (self.no_capacity if operation == "createPod" else 0.0, NoCapacity()),
        ]
        return next((fault for chance, fault in drawn if dice.random() < chance), None)

    def fate(self, number: int) -> Fate:
        """What becomes of the `number`-th pod."""
        dice = random.Random(f"{self.seed} pod {number}")  # noqa: S311 - not a secret
        endings: list[tuple[float, Ending]] = [
            (self.exited, "EXITED"),
            (self.vanished, "TERMINATED"),
            (self.broken, "ERROR"),
        ]
        ending = next((how for chance, how in endings if dice.random() < chance), None)
        return Fate(
            provisioning=dice.randint(2, 20),
            pulling=dice.randint(600, 1200)
            if dice.random() < self.slow_pull
            else dice.randint(5, 60),
            address_after=self._address(dice),
            stale=90 if dice.random() < self.stale else 0,
            ending=ending,
            ending_after=dice.randint(0, self.ending_within),
            ending_early=dice.random() < 1 / 4,
            no_sshd=dice.random() < self.no_sshd,
            crash_loop=dice.random() < self.crash_loop,
        )

    def _address(self, dice: random.Random) -> int | None:
        if dice.random() < self.no_address:
            return None
        return dice.randint(120, 600) if dice.random() < self.late_address else dice.randint(10, 60)
