"""One request and its answer, over HTTPS, in a limited time. The key stands in a header and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec

from gitwf.targets.runpod.api.errors import ApiError, UnansweredError
from gitwf.targets.runpod.api.pace import Pace, rest_of
from gitwf.targets.runpod.api.wire import Said

BASE = "https://api.runpod.io"
"""Where the API is; `RUNPOD_API_BASE_URL` names another place, as it does for RunPod's own SDK."""

_LIMIT = httpx.Timeout(30.0, connect=10.0)
"""Seconds for each step of a request."""

_WHOLE = 60.0
"""Seconds for the whole of an answer."""

_LARGEST = 32 << 20
"""Bytes of an answer that are read."""


class Answer(msgspec.Struct, frozen=True):
    """What came back. ``date`` is the time of the service, by which pods are dated and billed."""

    status: int
    body: bytes
    date: datetime


class Transport:
    """Sends requests with a key. Safe for threads."""

    def __init__(self, key: str, base: str = BASE, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._http = httpx.Client(
            base_url=f"{base.rstrip('/')}/v2",
            headers={"Authorization": f"Bearer {key}", "User-Agent": "git-wf"},
            timeout=_LIMIT,
        )

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer to a request.

        Raises:
            ApiError: if it is a refusal.
            UnansweredError: if none came in time.
        """
        self._pace.wait()
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            with self._http.stream(
                method, path, content=content, params=query, headers=headers
            ) as response:
                answer = Answer(response.status_code, _read(response), _date(response))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnansweredError(_words(error)) from None
        self._pace.heed(rest_of(response.headers.get("RateLimit")))
        if response.is_success:
            return answer
        raise self._refusal(answer, response.headers.get("Retry-After"))

    def lines(self, path: str, query: Mapping[str, str], quiet: float) -> list[bytes]:
        """Return the first lines of an answer that has no end: up to ``quiet`` seconds without one, or in all."""
        found: list[bytes] = []
        limit = httpx.Timeout(quiet, connect=_LIMIT.connect)
        self._pace.wait()
        try:
            with self._http.stream("GET", path, params=query, timeout=limit) as response:
                until = time.monotonic() + quiet
                if response.is_success:
                    for line in response.iter_lines():
                        found.append(line.encode())
                        if time.monotonic() > until:
                            break
        except httpx.HTTPError:
            pass  # the quiet after the last line; what came is there
        return found

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _refusal(self, answer: Answer, retry_after: str | None) -> ApiError:
        seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
        if seconds is not None:
            self._pace.heed(seconds)
        return ApiError(answer.status, _said(answer.body), seconds)


def _read(response: httpx.Response) -> bytes:
    until = time.monotonic() + _WHOLE
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        pieces.append(piece)
        size += len(piece)
        if time.monotonic() > until or size > _LARGEST:
            raise httpx.ReadTimeout("its answer has no end")
    return b"".join(pieces)


def _date(response: httpx.Response) -> datetime:
    """Return when the service answered, by its own clock: ours may be wrong."""
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC).replace(microsecond=0)


def _said(body: bytes) -> str:
    try:
        said = msgspec.json.decode(body, type=Said)
    except msgspec.DecodeError:
        return "no reason given"
    words = "; ".join([said.detail or said.title, *said.errors])
    return " ".join(words.split()).rstrip(".") or "no reason given"


def _words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it took too long"
    return " ".join(str(error).split()) or type(error).__name__
