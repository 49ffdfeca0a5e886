"""The emulated service between two requests: pods in their time, what they cost, what fails.

Everything here is decided at once and in memory; `desired` says which containers ought to run for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from tests.emulator import billing, catalogue, faults, pods
from tests.emulator.account import Account, Key
from tests.emulator.asking import Asked
from tests.emulator.billing import Meter, Rates
from tests.emulator.catalogue import Cloud
from tests.emulator.clock import Clock
from tests.emulator.faults import Chaos, Fate, NoCapacity, RequestFault, Rule
from tests.emulator.logs import Logs
from tests.emulator.placing import Market, Placement
from tests.emulator.pods import Cpus, Due, Gpus, Pod
from tests.emulator.ports import Ports

_LETTERS = "abcdefghjkmnpqrstuvwxyz0123456789"


class World:
    """The state of the emulator."""

    def __init__(self, clock: Clock, host: str, *, seed: int | None = None) -> None:
        """`host` is the address that pods listen on; `seed` draws the ids."""
        self.clock = clock
        self.host = host
        self.catalogue = catalogue.load()
        self.account = Account(Fraction(1000))
        self.pods: dict[str, Pod] = {}
        self.meters: dict[str, Meter] = {}
        self.logs = Logs(clock)
        self.rules: list[Rule] = []
        self.chaos: Chaos | None = None
        self.ports = Ports(host)
        self._drawn = 0
        self._bygone = Fraction(0)
        self._random = random.Random(seed)  # noqa: S311 - ids, not secrets

    def settle(self) -> None:
        """Let everything happen that is due by now, in its order."""
        now = self.clock.now()
        while (first := self._first()) and first[0] <= now:
            first[1]()

    def next_due(self) -> datetime | None:
        """When something happens next."""
        first = self._first()
        return first[0] if first else None

    def new_id(self, length: int = 14) -> str:
        """An id that there was not before."""
        return "".join(self._random.choices(_LETTERS, k=length))

    def create(self, asked: Asked, placement: Placement) -> Pod:
        """Make a pod."""
        now = self.clock.now()
        pod = pods.create(
            Pod(
                id=self.new_id(),
                name=asked.name,
                settings=asked.settings,
                injected=self._injected(asked),
                compute=placement.compute,
                cloud=asked.cloud,
                data_center=placement.data_center,
                cuda=placement.cuda,
                rate=placement.rate,
                fate=self._fate(asked, placement),
                created=now,
                global_networking=asked.global_networking,
            )
        )
        self.account.keys[self.pod_token(pod.id)] = Key(pod=pod.id)
        self.put(pod, now, "create pod")
        return pod

    def put(self, pod: Pod, at: datetime, what: str) -> Pod:
        """Have a pod as it is from `at` on, which is neither in the future nor before its last change."""
        self.pods[pod.id] = pod
        self.meters[pod.id] = billing.turn(self.meters.get(pod.id, ()), pod.rates, at)
        self.logs.add(pod.id, "system", what)
        if pod.status == "TERMINATED":
            self._bygone += self._spent(self.meters[pod.id], at).total
            self.account.keys.pop(self.pod_token(pod.id), None)
            self.ports.release(pod.port, pod.wrong_port)
        elif pod.fate.mute and pod.port and pod.status == "RUNNING":
            self.ports.mute(pod.port)
        return pod

    def found(self, pod_id: str) -> Pod | None:
        """The pod of an id, as long as the API knows it."""
        pod = self.pods.get(pod_id)
        return pod if pod and not self._is_past(pod, "forgotten") else None

    def listed(self) -> list[Pod]:
        """The pods that the list shows."""
        return [pod for pod in self.pods.values() if not self._is_past(pod, "unlisted")]

    def market(self, name: str) -> Market:
        """What can be had now for one request; a fault that it meets is used up, but stays for all of it."""
        standing = [rule for rule in self.rules if isinstance(rule.fault, NoCapacity)]
        met: dict[Rule, bool] = {}
        drawn = self.chaos.request(self._drawn, "createPod") if self.chaos else None

        def blocked(what: str, cloud: Cloud, place: str) -> str | None:
            given = {"name": name, "gpu": what, "cloud": cloud, "data_center": place}
            for rule in standing:
                if rule.is_for(operation="createPod", **given):
                    if rule not in met:
                        met[rule] = self._use(self.rules.index(rule))
                    if met[rule] and isinstance(rule.fault, NoCapacity):
                        return rule.fault.detail
            return drawn.detail if isinstance(drawn, NoCapacity) else None

        return Market(self.catalogue, self.in_use, blocked)

    def in_use(self, what: str, cloud: Cloud, place: str) -> int:
        """How many of a GPU or virtual CPU pods have."""
        return sum(
            _count(pod)
            for pod in self.pods.values()
            if pod.alive and (pod.compute.id, pod.cloud, pod.data_center) == (what, cloud, place)
        )

    def request_fault(
        self, operation: str, pod: str | None, name: str | None
    ) -> RequestFault | None:
        """What a request meets, if anything; a scripted fault is used up."""
        self._drawn += 1
        for number, rule in enumerate(self.rules):
            if isinstance(rule.fault, Fate | NoCapacity):
                continue
            if rule.is_for(operation=operation, pod=pod, name=name) and self._use(number):
                return rule.fault
        drawn = self.chaos.request(self._drawn, operation) if self.chaos else None
        return None if isinstance(drawn, NoCapacity) else drawn

    def balance(self) -> Fraction:
        """Dollars left."""
        return self._balance(self.clock.now())

    def hourly(self) -> Fraction:
        """Dollars that go in an hour as things are."""
        running = billing.total(pod.rates for pod in self.pods.values())
        return running.plus(self._volume_rates()).total

    def spent(self, pod_id: str) -> Rates:
        """Dollars that a pod has cost up to now."""
        return self._spent(self.meters.get(pod_id, ()), self.clock.now())

    @staticmethod
    def pod_token(pod_id: str) -> str:
        """The API key that a pod finds in its environment."""
        return f"rpa_POD{pod_id.upper()}"

    def _first(self) -> tuple[datetime, Callable[[], None]] | None:
        """The next thing to happen, when and what."""
        coming: list[tuple[datetime, Callable[[], None]]] = [
            (due.at, lambda pod=pod, due=due: self._happen(pod, due))  # type: ignore[misc]
            for pod in self.pods.values()
            for due in pod.due
        ]
        if (broke := self._broke_at()) is not None:
            coming.append((broke, lambda: self._out_of_balance(broke)))
        return min(coming, key=lambda one: one[0], default=None)

    def _happen(self, pod: Pod, due: Due) -> None:
        after = pods.happen(pod, due, self.ports.take)
        if pod.status == "TERMINATED":
            self.pods[pod.id] = after
        else:
            self.put(after, due.at, f"{due.step}: {after.status}")

    def _broke_at(self) -> datetime | None:
        """When the balance is used up, if pods go on as they do."""
        if not any(pod.alive for pod in self.pods.values()):
            return None
        last = max(span.end or span.start for meter in self.meters.values() for span in meter)
        left = self._balance(last)
        return last + timedelta(seconds=max(0, ceil(left / self.hourly() * 3600)))

    def _out_of_balance(self, at: datetime) -> None:
        for pod in [pod for pod in self.pods.values() if pod.alive]:
            status: faults.Ending = "EXITED" if pod.settings.network_volume else "TERMINATED"
            self.put(pods.end(pod, status, at), at, "out of balance")

    def _balance(self, at: datetime) -> Fraction:
        there = [self.meters[pod.id] for pod in self.pods.values() if pod.status != "TERMINATED"]
        meters = [*there, *self.account.volume_meters.values()]
        spent = billing.total(self._spent(meter, at) for meter in meters).total
        return self.account.paid_in - self._bygone - spent

    def _spent(self, meter: Meter, until: datetime) -> Rates:
        return billing.spent(meter, meter[0].start, until) if meter else Rates()

    def _volume_rates(self) -> Rates:
        return billing.total(volume.rates for volume in self.account.volumes.values())

    def _is_past(self, pod: Pod, step: pods.Step) -> bool:
        """Whether a terminated pod has been dropped already."""
        return pod.status == "TERMINATED" and step not in {due.step for due in pod.due}

    def _injected(self, asked: Asked) -> dict[str, str]:
        injected: dict[str, str] = {}
        if asked.start_ssh and self.account.ssh_keys:
            injected["PUBLIC_KEY"] = "\n".join(self.account.ssh_keys)
        if asked.start_jupyter:
            injected["JUPYTER_PASSWORD"] = self.new_id()
        return injected

    def _fate(self, asked: Asked, placement: Placement) -> Fate:
        for number, rule in enumerate(self.rules):
            given = rule.is_for(
                operation="createPod",
                name=asked.name,
                gpu=placement.compute.id,
                cloud=asked.cloud,
                data_center=placement.data_center,
            )
            if isinstance(rule.fault, Fate) and given and self._use(number):
                return rule.fault
        return self.chaos.fate(len(self.pods)) if self.chaos else Fate()

    def _use(self, number: int) -> bool:
        """Count one that meets a rule, and tell whether the rule applies to it."""
        rule = self.rules[number]
        left = rule.used()
        self.rules[number : number + 1] = [left] if left else []
        return not rule.skip


def _count(pod: Pod) -> int:
    match pod.compute:
        case Gpus(count=count):
            return 0 if pod.gpus_lost else count
        case Cpus(vcpu_count=count):
            return count
