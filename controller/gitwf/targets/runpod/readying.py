"""Waits until a pod lets us in; finds those that never will, and ends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from gitwf.targets.runpod.api.errors import ApiError
from gitwf.targets.runpod.api.wire import TERMINATED, Address, Pod
from gitwf.targets.runpod.asking import Check
from gitwf.targets.runpod.errors import LostPodError, PodError
from gitwf.targets.runpod.fleet import Sight
from gitwf.targets.runpod.lease import Lease, State, sighted
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
from gitwf.targets.runpod.rental import Rental
from gitwf.targets.runpod.site import greets, host_of, lets_us_in, start_switch
from gitwf.targets.runpod.wish import Terms
from gitwf.targets.ssh.errors import FarError, SshError
from gitwf.targets.ssh.far import Place

_LOGS = 4
"""Polls after which it is looked whether the start command of a pod that does not answer loops."""


class Readying:
    """Waits for the pods of ``rental``. ``where`` is where jobs will be on them; ``env`` is theirs."""

    def __init__(self, rental: Rental, where: Place, terms: Terms, env: Mapping[str, str]) -> None:
        self._rental = rental
        self._account = rental.account
        self._where = where
        self._terms = terms
        self._env = env

    def until_ready(self, lease: Lease, check: Check, pause: Callable[[float], object]) -> Lease:
        """Return ``lease`` when its pod lets us in.

        ``check`` raises where it is not wanted any more; ``pause`` waits.

        Raises:
            LostPodError: if it is gone, or never came up. It is ended then.
            PodError: if no pod of its kind would let us in, or be of use. It is ended then.
        """
        silence = 0
        while True:
            check()
            self._rental.check_budget(self._terms)
            try:
                sight = self._account.fleet.recent()
            except ApiError as error:
                raise PodError(f"what became of pod `{lease.name}` is not known: {error}") from None
            pod, verdict = self.look(lease, sight)
            lease = self._seen(lease, pod, sight)
            match verdict:
                case Well():
                    return lease
                case Lost(reason):
                    raise LostPodError(self._ended(lease, reason, certain=False))
                case Useless(reason):
                    self._heed_log(lease)
                    raise PodError(self._useless(lease, reason))
                case Knock(address) if self._is_in(lease, address):
                    return self._ready(lease)
                case Knock():
                    silence += 1
                case _:
                    pass
            if silence % _LOGS == _LOGS - 1:
                self._heed_log(lease)
            pause(max(0.05, self._account.fleet.due()))

    def look(self, lease: Lease, sight: Sight) -> tuple[Pod | None, Verdict]:
        """Return the pod of ``lease`` and what its sighting calls for; what is not in the list is asked for."""
        self._rental.note(lease, sight)
        pod, _ = ours(lease, sight.pods)
        verdict = judge(lease, pod, sight.now)
        if not isinstance(verdict, Confirm):
            return pod, verdict
        try:
            found = self._account.client.pod(lease.pod or "")
        except ApiError:
            return None, Wait()
        if found is None or found.status == TERMINATED:
            return None, Lost(VANISHED)
        return found, judge(lease, found, sight.now)

    def _seen(self, lease: Lease, pod: Pod | None, sight: Sight) -> Lease:
        return self._account.ledger.write(sighted(lease, pod, sight.now)) if pod else lease

    def _is_in(self, lease: Lease, address: Address) -> bool:
        host = host_of(lease, address, self._account.ledger, self._env)
        if not greets(address):
            return False
        try:
            if not lets_us_in(host, self._where, self._account.machines):
                return False
            command = self._rental.switch(lease, self._terms).command
            start_switch(host, self._where, self._account.machines, command)
        except FarError as error:
            self._ended(lease, "cannot be used")
            raise PodError(f"pod `{lease.name}` cannot be used: {error}") from None
        except SshError:
            return False
        return True

    def _ready(self, lease: Lease) -> Lease:
        now = self._account.fleet.recent().now
        ready = msgspec.structs.replace(lease, state=State.READY, ready=now)
        return self._rental.told(self._account.ledger.write(ready))

    def _heed_log(self, lease: Lease) -> None:
        """Raise `PodError` where the start command of a pod ends again and again."""
        said = looping(self._account.client.log(lease.pod or ""))
        if said is None:
            return
        self._ended(lease, "its start command ends again and again")
        raise PodError(
            f"the start command of `{lease.offer.gpu}` pods ends again and again ({said}): "
            "mend `image` or `template` of the target in `wf.toml`"
        )

    def _useless(self, lease: Lease, reason: str) -> str:
        said = self._account.client.log(lease.pod or "", tail=1)
        last = f" (its last words: {said[-1].strip()})" if said else ""
        words = self._ended(lease, reason)
        return (
            f"{words}{last}: its image has to start sshd with the key in `PUBLIC_KEY`, as RunPod's own do: "
            "set `image` or `template` of the target in `wf.toml`"
        )

    def _ended(self, lease: Lease, reason: str, *, certain: bool = True) -> str:
        """End a pod; return the sentence that says why."""
        with suppress(
            ApiError
        ):  # the ledger says that it is to end: the end of the run tries again
            self._rental.end(lease, reason, certain=certain)
        return f"pod `{lease.name}` {reason}"
