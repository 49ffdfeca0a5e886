"""The pods of one run: taken for its jobs, given back, ended at its end, and what they have cost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal

import msgspec

from gitwf.repo.errors import StorageFullError
from gitwf.targets.pods import Hear
from gitwf.targets.registry import always
from gitwf.targets.runpod.account import Account
from gitwf.targets.runpod.api.errors import ApiError
from gitwf.targets.runpod.asking import Asked, Asker, Check
from gitwf.targets.runpod.choosing import Offer, Passed
from gitwf.targets.runpod.deadman import Switch
from gitwf.targets.runpod.ending import Ender
from gitwf.targets.runpod.errors import PodError
from gitwf.targets.runpod.fleet import Sight
from gitwf.targets.runpod.lease import Lease, State
from gitwf.targets.runpod.life import Well, judge, ours
from gitwf.targets.runpod.money import words
from gitwf.targets.runpod.request import request_for
from gitwf.targets.runpod.telling import tell
from gitwf.targets.runpod.wish import Terms, Wish

log = logging.getLogger(__name__)

_LONGEST_NAME = 150
_FINISH = 120.0
"""Seconds that the end of a run waits for the end of its pods."""


class Rental:
    """The pods of ``run``. Threads share it; one process has it, as one plays the run."""

    def __init__(self, account: Account, run: str, hear: Hear | None = None) -> None:
        self.account = account
        self.run = run
        self._hear = hear
        self._may_rent: Callable[[], bool] = always
        self._asker = Asker(account)
        self._ender = Ender(account)
        self._lock = threading.Lock()
        self._endings: list[threading.Thread] = []
        self._over = threading.Event()
        self._keeper: threading.Thread | None = None

    def listen(self, hear: Hear, may_rent: Callable[[], bool] = always) -> None:
        """Have the run hear of its pods from now on, and of what it has not heard yet.

        ``may_rent`` says from now on whether a pod may be asked for.
        """
        self._may_rent = may_rent
        if self._hear is None:
            self._hear = hear
            for lease in self.account.ledger.leases(self.run):
                self.told(lease)

    def tidy(self, is_over: Callable[[str], bool]) -> None:
        """Give back the pods of jobs that are over, and look after spare ones: after a crash."""
        for lease in self.leases():
            if lease.may_cost and lease.job is not None and is_over(lease.job):
                self.give_back(lease, Terms(idle=lease.idle))
            elif lease.state is State.READY and lease.job is None:
                self._keep()

    def of_job(self, job: str) -> Lease | None:
        """Return the lease of the pod that a job has, or may have."""
        leases = self.account.ledger.leases(self.run)
        return next((lease for lease in leases if lease.job == job and lease.may_cost), None)

    def take(self, job: str, wish: Wish, terms: Terms, check: Check) -> Lease:
        """Return the lease of a pod for ``job``: the one that it has, a spare one, or a new one.

        Before a new one is asked for, those that it had are ended.

        Raises:
            PodError: if none is to be had, or the budget is used up.
        """
        asked = self._asked(job, wish, terms, check)
        lease = self.of_job(job)
        if lease is not None and lease.state is State.ASKED:
            lease = self._asker.resolve(lease, asked)
        if lease is None or lease.state is State.ENDING:
            lease = self._spare(job, wish)
        if lease is not None:
            return lease
        self._end_former(job)
        self.check_budget(terms)
        return self._asker.ask(asked)

    def hold(self, lease: Lease) -> Lease:
        """Keep a pod for steps to come, until the run ends or asks to end it."""
        kept = msgspec.structs.replace(lease, job=None, held=True, idle_since=time.time())
        self._keep()
        return self.account.ledger.write(kept)

    def give_back(self, lease: Lease, terms: Terms, reason: str = "its job has ended") -> None:
        """Keep a pod for a next step, if that is wanted, or end it: nobody waits for that."""
        now = self.account.ledger.read(lease.name) or lease
        if (terms.idle > 0 or now.held) and now.state is State.READY:
            spare = msgspec.structs.replace(now, job=None, idle=terms.idle, idle_since=time.time())
            self.account.ledger.write(spare)
            self._keep()
            return
        with suppress(OSError, StorageFullError):
            now = self._ender.mark(now, reason)  # before a next try of the job looks what it has
        ending = threading.Thread(
            target=self._end_quietly, args=(now, reason), name="git-wf-pod-ending", daemon=True
        )
        with self._lock:
            self._endings.append(ending)
        ending.start()

    def end(self, lease: Lease, reason: str, *, certain: bool = True) -> Lease:
        """End a pod now. Raises `ApiError` where RunPod does not let us: a reaper will."""
        return self._ender.end(lease, reason, self.told, certain=certain)

    def finish(self) -> None:
        """End all pods of the run, and wait until they are gone; what cannot be ended a reaper ends."""
        self._over.set()
        with self._lock:
            endings = list(self._endings)
        until = time.monotonic() + _FINISH
        for ending in endings:
            ending.join(max(0.0, until - time.monotonic()))
        for lease in self.leases():
            if lease.may_cost:
                self._settle(lease)
            else:
                self.told(lease)

    def leases(self) -> list[Lease]:
        """Return all pods that the run has and had."""
        return list(self.account.ledger.leases(self.run))

    def spent(self) -> Decimal:
        """Return the USD that the run's pods have cost by now."""
        leases = self.leases()
        if not any(lease.created for lease in leases):
            return Decimal(0)
        now = self.account.fleet.recent().now
        return sum((lease.cost_until(now) for lease in leases), Decimal(0))

    def check_budget(self, terms: Terms) -> None:
        """Raise `PodError` where the budget of the run is used up."""
        if terms.budget is None:
            return
        spent = self.spent()
        if spent >= Decimal(str(terms.budget)):
            raise PodError(over_budget(terms, spent))

    def note(self, lease: Lease, sight: Sight) -> None:
        """End what answers to the name of ``lease`` and is another pod."""
        _, rest = ours(lease, sight.pods)
        for pod in rest:
            log.warning("pod %s has the name of %s, and is ended", pod.id, lease.pod)
            with suppress(ApiError):
                self.account.client.terminate(pod.id)

    def told(self, lease: Lease) -> Lease:
        """Tell the run what it has not heard of a pod, and write down that it did."""
        if self._hear is None:
            return lease
        heard = tell(lease, self._hear)
        return lease if heard == lease else self.account.ledger.write(heard)

    def switch(self, lease: Lease, terms: Terms) -> Switch:
        """Return the dead-man's switch of a pod."""
        left = None
        if terms.budget is not None:
            left = Decimal(str(terms.budget)) - self.spent()
        return Switch.of(terms, left, lease.rate, self.account.base)

    def _settle(self, lease: Lease) -> None:
        """End a pod of a run that ends. One that was asked for and may be there is looked for first."""
        try:
            if lease.state is State.ASKED:
                asked = self._asked(lease.job or "", Wish(()), Terms(), lambda: None)
                found = self._asker.resolve(lease, asked)
                if found is None:
                    return
                lease = found
            self.end(lease, "its run has ended")
        except (ApiError, PodError) as error:
            log.warning("pod %s could not be ended yet: %s", lease.name, error)

    def _end_former(self, job: str) -> None:
        """End pods that ``job`` had: whoever was about to may have been killed before it did."""
        for lease in self.leases():
            if lease.state is State.ENDING and lease.name.rpartition("-")[0] == self._base(job):
                self._end_quietly(lease, lease.reason)

    def _end_quietly(self, lease: Lease, reason: str) -> None:
        try:
            self.end(lease, reason)
        except ApiError as error:
            log.warning("pod %s could not be ended yet: %s", lease.name, error)

    def _spare(self, job: str, wish: Wish) -> Lease | None:
        """Take a pod that another step has left."""
        with self._lock:
            for lease in self.leases():
                if not _is_spare(lease, wish.likeness):
                    continue
                taken = msgspec.structs.replace(lease, job=job, idle_since=None)
                if self._is_well(lease):
                    return self.account.ledger.write(taken)
                with suppress(ApiError):
                    self.end(lease, "went away while it was idle", certain=False)
        return None

    def _is_well(self, lease: Lease) -> bool:
        try:
            sight = self.account.fleet.fresh()
        except ApiError:
            return True  # who uses it finds out
        pod, _ = ours(lease, sight.pods)
        return isinstance(judge(lease, pod, sight.now), Well)

    def _asked(self, job: str, wish: Wish, terms: Terms, check: Check) -> Asked:
        def admit() -> None:
            check()
            while not self._may_rent():
                time.sleep(self.account.fleet.poll)
                check()

        def send(lease: Lease, public: str) -> dict[str, object]:
            return dict(request_for(lease, wish, public, self.switch(lease, terms)))

        def draft(offer: Offer, passed: Sequence[Passed]) -> Lease:
            return Lease(
                name=self._name(job),
                run=self.run,
                job=job,
                likeness=wish.likeness,
                offer=offer,
                disk=wish.disk,
                passed=tuple(passed),
            )

        return Asked(wish, draft, send, self.told, check, admit)

    def _name(self, job: str) -> str:
        """Return a name that was never asked for: it holds our clone, the run, the job, and a number."""
        base = self._base(job)
        with self._lock:
            number = 1
            while (place := self.account.ledger.place(f"{base}-{number}")).exists():
                number += 1
            place.mkdir(parents=True)
        return place.name

    def _base(self, job: str) -> str:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "_" for c in job)
        return f"{self.account.prefix}{self.run}-{plain}"[:_LONGEST_NAME]

    def _keep(self) -> None:
        """Look after spare pods from now on."""
        with self._lock:
            if self._keeper is None:
                self._keeper = threading.Thread(
                    target=self._keep_spares, name="git-wf-spare-pods", daemon=True
                )
                self._keeper.start()

    def _keep_spares(self) -> None:
        while not self._over.wait(min(1.0, self.account.fleet.poll)):
            for lease in self.leases():
                if _is_expired(lease, time.time()):
                    with self._lock:
                        now = self.account.ledger.read(lease.name)
                        if now is None or not _is_expired(now, time.time()):
                            continue
                        self.account.ledger.write(
                            msgspec.structs.replace(now, state=State.ENDING, reason="was idle")
                        )
                    self._end_quietly(now, "was idle")


def _is_spare(lease: Lease, likeness: str) -> bool:
    return (lease.state, lease.job, lease.likeness) == (State.READY, None, likeness)


def _is_expired(lease: Lease, now: float) -> bool:
    """Return whether a spare pod has waited long enough for a next step."""
    if lease.state is not State.READY or lease.job is not None or lease.held:
        return False
    return now - (lease.idle_since or now) > lease.idle


def over_budget(terms: Terms, spent: Decimal) -> str:
    """Say that the budget of a run is used up."""
    budget = words(Decimal(str(terms.budget)))
    return f"the budget of {budget} for a run is used up: its pods have cost {words(spent)}"
