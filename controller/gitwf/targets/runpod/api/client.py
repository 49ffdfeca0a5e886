"""The calls of the API that pods need, as functions with values. Only `create` must never be repeated blindly."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Protocol, TypeVar

import msgspec

from gitwf.targets.runpod.api.errors import ApiError, Move, UnansweredError
from gitwf.targets.runpod.api.transport import Answer
from gitwf.targets.runpod.api.wire import Bills, GpuList, GpuType, LogLine, Pod, PodPage

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_PATIENCE = 60.0
"""Seconds for which a request that may be repeated is."""

_LIMITED = 600.0
"""Seconds for which one is that comes too often."""

_QUIET = 1.5
"""Seconds without a line after which a log has been read."""

_PAGES = 1000
T = TypeVar("T")


class Sending(Protocol):
    """Sends requests: see `transport.Transport`."""

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer. Raises `ApiError`."""

    def lines(self, path: str, query: Mapping[str, str], quiet: float) -> list[bytes]:
        """Return the lines of an answer that has no end."""


class Listed(msgspec.Struct, frozen=True):
    """All pods of the account, at ``date`` of the service's clock."""

    pods: tuple[Pod, ...]
    date: datetime


class Terminated(msgspec.Struct, frozen=True):
    """When a pod was no more, by the service's clock, and whether it was this request that ended it."""

    date: datetime
    was_there: bool


class Client:
    """RunPod's API. Safe for threads."""

    def __init__(self, transport: Sending) -> None:
        self._transport = transport
        self._random = Random()  # noqa: S311 - pauses, no secrets

    def pods(self) -> Listed:
        """Return all pods there are, however many pages they fill. Raises `ApiError`."""
        found: list[Pod] = []
        query: dict[str, str] = {}
        for _ in range(_PAGES):
            answer = self._repeated("GET", "/pods", query=query)
            page = _read(answer, PodPage)
            found += page.pods
            if page.following is None:
                return Listed(tuple(found), answer.date)
            query = {"cursor": page.following}
        raise UnansweredError("its list of pods has no end")

    def pod(self, pod: str) -> Pod | None:
        """Return a pod, or None where there is none of this id. Raises `ApiError`."""
        try:
            return _read(self._repeated("GET", f"/pods/{pod}"), Pod)
        except ApiError as error:
            if error.move is Move.GONE:
                return None
            raise

    def create(self, request: Mapping[str, object]) -> Pod:
        """Make a pod, once.

        Raises:
            UnansweredError: if nobody knows whether it was made.
            ApiError: if it was refused; where its move is `Move.AGAIN` nobody knows either.
        """
        until = time.monotonic() + _LIMITED
        while True:
            try:
                return _read(self._transport.send("POST", "/pods", request), Pod)
            except ApiError as error:
                if error.move is not Move.WAIT or time.monotonic() > until:
                    raise
                time.sleep(error.retry_after or _LONGEST_PAUSE)

    def terminate(self, pod: str) -> Terminated:
        """End a pod for good. One that is not there is no error. Raises `ApiError`."""
        try:
            return Terminated(self._repeated("DELETE", f"/pods/{pod}").date, was_there=True)
        except ApiError as error:
            if error.status != _NOT_FOUND:
                raise
        return Terminated(self.pods().date, was_there=False)

    def gpus(self, cloud: str | None = None, count: int = 1) -> tuple[GpuType, ...]:
        """Return the catalogue of GPUs: with what is free of them in ``cloud``, if one is named.

        Raises `ApiError`.
        """
        query = {"include": "AVAILABILITY", "product": "POD", "cloud": cloud, "count": str(count)}
        asked = {k: v for k, v in query.items() if v is not None} if cloud else {}
        return _read(self._repeated("GET", "/catalog/gpus", query=asked), GpuList).gpus

    def billed(self, pod: str, since: datetime) -> Decimal | None:
        """Return the USD that RunPod has billed for a pod; None where it has billed nothing yet.

        Raises `ApiError`.
        """
        start = since.strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"podId": pod, "startTime": start, "bucketSize": "hour"}
        bills = _read(self._repeated("GET", "/billing/pods", query=query), Bills)
        amounts = [bill.total_amount for bill in bills.records if bill.pod_id == pod]
        return sum(amounts, Decimal(0)) if amounts else None

    def log(self, pod: str, source: str = "container", tail: int = 50) -> list[str]:
        """Return the last lines of a pod's log; none where there is no way to it."""
        path, query = f"/pods/{pod}/logs", {"source": source, "tail": str(tail)}
        events = self._transport.lines(path, query, _QUIET)
        data = (line.removeprefix(b"data:") for line in events if line.startswith(b"data:"))
        return [msgspec.json.decode(text, type=LogLine).line for text in data]

    def _repeated(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer to a request that may be made any number of times."""
        begun, pause = time.monotonic(), _FIRST_PAUSE
        while True:
            try:
                return self._transport.send(method, path, query=query)
            except ApiError as error:
                patience = {Move.WAIT: _LIMITED, Move.AGAIN: _PATIENCE}.get(error.move, 0.0)
                if time.monotonic() - begun > patience or patience == 0:
                    raise
                time.sleep(error.retry_after or pause * self._random.uniform(0.5, 1.0))
            pause = min(pause * 2, _LONGEST_PAUSE)


_NOT_FOUND = 404


def _read(answer: Answer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.DecodeError as error:
        raise UnansweredError(f"its answer cannot be read ({error})") from None
