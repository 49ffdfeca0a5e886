"""What pods log: the container's own lines, and the host's."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime
from typing import Literal

import msgspec
from tests.emulator.clock import Clock

Source = Literal["container", "system"]


class Line(msgspec.Struct, frozen=True):
    """A line; `number` counts the lines of the pod, from 1."""

    at: datetime
    number: int
    source: Source
    text: str


class Logs:
    """The lines of all pods, for as long as the emulator runs."""

    def __init__(self, clock: Clock) -> None:
        """Lines are stamped by `clock`."""
        self._clock = clock
        self._lines: defaultdict[str, list[Line]] = defaultdict(list)
        self._news = asyncio.Event()

    def add(self, pod: str, source: Source, text: str) -> None:
        """Write a line."""
        lines = self._lines[pod]
        lines.append(Line(self._clock.now(), len(lines) + 1, source, text))
        self._news.set()
        self._news = asyncio.Event()

    def of(self, pod: str) -> list[Line]:
        """All lines of a pod."""
        return self._lines[pod]

    async def news(self, seconds: float) -> None:
        """Wait for another line of any pod, for so many real seconds at most."""
        event = self._news
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return
