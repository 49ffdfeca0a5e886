"""Has RunPod make a pod: one candidate after the other, each name asked for once, an answer that is lost looked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from random import Random

import msgspec

from gitwf.targets.runpod.account import Account
from gitwf.targets.runpod.api.errors import ApiError, Move
from gitwf.targets.runpod.api.wire import Pod
from gitwf.targets.runpod.choosing import Choice, Offer, Passed, choose
from gitwf.targets.runpod.errors import PodError
from gitwf.targets.runpod.keys import fingerprint
from gitwf.targets.runpod.lease import UNSEEN, Lease, State, gone, made
from gitwf.targets.runpod.life import LOOKS, ours
from gitwf.targets.runpod.wish import Wish

_TRIES = 4
"""Times that one candidate is asked for while RunPod fails to answer."""

_NOT_MADE = "was not made"

Check = Callable[[], None]
"""Raises where no pod is wanted any more."""


class Asked(msgspec.Struct, frozen=True):
    """What a pod is asked for with.

    ``draft`` gives the lease of a further name for an offer, ``send`` the request for it and its public
    key; ``told`` tells the run. ``check`` raises where none is wanted any more; ``admit`` does so too, and
    returns when one may be asked for.
    """

    wish: Wish
    draft: Callable[[Offer, Sequence[Passed]], Lease]
    send: Callable[[Lease, str], dict[str, object]]
    told: Callable[[Lease], Lease]
    check: Check
    admit: Check


class Asker:
    """Asks for pods of ``account``."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._random = Random()  # noqa: S311 - pauses, no secrets

    def offers(self, wish: Wish) -> Choice:
        """Return what there is for ``wish``. Raises `ApiError`."""
        client = self._account.client
        return choose(wish, {cloud: client.gpus(cloud, wish.count) for cloud in wish.clouds})

    def ask(self, asked: Asked) -> Lease:
        """Return the lease of a pod that was made.

        Raises:
            PodError: if none is to be had, with the reason for each candidate.
        """
        try:
            choice = self.offers(asked.wish)
        except ApiError as error:
            raise PodError(str(error)) from None
        passed = list(choice.passed)
        for offer in choice.offers:
            found = self._candidate(asked, offer, passed)
            if isinstance(found, Lease):
                return found
            passed.append(found)
        raise PodError(_none(passed))

    def resolve(self, lease: Lease, asked: Asked) -> Lease | None:
        """Return a lease of which nobody knows whether its pod was made as what it turned out to be."""
        pod = self._look_for(lease, asked.check)
        if pod is None:
            self._drop(lease, asked, UNSEEN)
            return None
        return asked.told(
            self._account.ledger.write(made(lease, pod, self._account.fleet.recent().now))
        )

    def _candidate(self, asked: Asked, offer: Offer, passed: Sequence[Passed]) -> Lease | Passed:
        """Ask for ``offer``; return the lease of the pod, or why there is none."""
        said = ""
        for attempt in range(_TRIES):
            asked.admit()
            lease = asked.draft(offer, passed)
            public = self._account.ledger.begin(lease)
            lease = asked.told(msgspec.structs.replace(lease, key=fingerprint(public)))
            try:
                pod = self._account.client.create(asked.send(lease, public))
            except ApiError as error:
                said = error.said
                if error.move is not Move.AGAIN:
                    self._drop(lease, asked, _NOT_MADE)
                if error.move is Move.NEXT:
                    return Passed(offer.words, said if error.status != _FORBIDDEN else str(error))
                if error.move is not Move.AGAIN:
                    raise PodError(str(error)) from None
                if (resolved := self.resolve(lease, asked)) is not None:
                    return resolved
                time.sleep(self._account.fleet.poll * (attempt + self._random.random()))
            else:
                now = pod.created_at
                return asked.told(self._account.ledger.write(made(lease, pod, now)))
        return Passed(offer.words, f"RunPod failed {_TRIES} times ({said})")

    def _look_for(self, lease: Lease, check: Check) -> Pod | None:
        """Look whether the pod of ``lease`` is there: several times, as it may come late."""
        for look in range(LOOKS):
            if look:
                check()
                time.sleep(self._account.fleet.poll)
            try:
                mine, _ = ours(lease, self._account.fleet.fresh().pods)
            except ApiError as error:
                raise PodError(f"nobody knows whether a pod was made: {error}") from None
            if mine is not None:
                return mine
        return None

    def _drop(self, lease: Lease, asked: Asked, reason: str) -> None:
        """Note that a pod was not made. Should it turn up all the same, a reaper ends it."""
        never = msgspec.structs.replace(lease, reason=reason, state=State.ENDING)
        now = self._account.fleet.recent().now
        asked.told(self._account.ledger.write(gone(never, now, None, certain=True)))


_FORBIDDEN = 403


def _none(passed: Sequence[Passed]) -> str:
    """Say why no pod is to be had; where all were refused, the request itself may be wrong."""
    reasons = "; ".join(one.words for one in passed)
    hint = "wait (`retry:10 delay:5m`), or name further GPUs, clouds or data centres"
    return f"no pod is to be had: {reasons}: {hint}"
