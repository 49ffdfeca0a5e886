"""All pods of the account as they are now: one list for everybody in this process who asks.

RunPod allows 60 requests a minute, so nobody asks for a single pod in turns.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime

import msgspec

from gitwf.targets.runpod.api.client import Client
from gitwf.targets.runpod.api.wire import Pod

POLL = 5.0
"""Seconds between two lists."""


class Sight(msgspec.Struct, frozen=True):
    """What there was at ``now`` by the service's clock; ``begun`` is when it was asked for, by ours."""

    pods: tuple[Pod, ...]
    now: datetime
    begun: float


class Fleet:
    """The list of pods, shared. Safe for threads."""

    def __init__(self, client: Client, poll: float = POLL) -> None:
        self._client = client
        self._turn = threading.Lock()
        self._sight: Sight | None = None
        self.poll = poll

    def fresh(self) -> Sight:
        """Return a list that was asked for after this was called: those who wait together share it.

        Raises `ApiError`.
        """
        called = time.monotonic()
        with self._turn:
            if self._sight is None or self._sight.begun < called:
                begun = time.monotonic()
                listed = self._client.pods()
                self._sight = Sight(listed.pods, listed.date, begun)
            return self._sight

    def due(self) -> float:
        """Return the seconds until the next list."""
        last = self._sight
        return self.poll if last is None else max(0.0, last.begun + self.poll - time.monotonic())

    def recent(self) -> Sight:
        """Return a list that is no older than a poll. Raises `ApiError`."""
        last = self._sight
        if last is not None and time.monotonic() - last.begun < self.poll:
            return last
        return self._shared()

    def _shared(self) -> Sight:
        with self._turn:
            last = self._sight
        if last is not None and time.monotonic() - last.begun < self.poll:
            return last
        return self.fresh()
