"""What every request passes before anything answers it, in RunPod's order."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
from tests.emulator.account import Account, Key
from tests.emulator.document import Document, Operation
from tests.emulator.limits import Limiter
from tests.emulator.problem import ProblemError, invalid

LARGEST_BODY = 102_400
"""Bytes."""


class Admitted(msgspec.Struct, frozen=True):
    """A request that the document allows."""

    query: dict[str, object]
    body: object


def authenticate(account: Account, authorization: str | None) -> tuple[str, Key]:
    """The API key of a request.

    Raises:
        ProblemError: 401.

    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme != "Bearer" or not token:
        raise ProblemError(401, "missing bearer token")
    if token not in account.keys:
        raise ProblemError(401, "invalid bearer token")
    return token, account.keys[token]


def limit(limiter: Limiter, token: str) -> None:
    """Count a request of a key.

    Raises:
        LimitedError: 429.

    """
    if exceeded := limiter.exceeded(token):
        window, seconds = exceeded
        raise LimitedError(f"rate limit exceeded for the {window} window", seconds)


class LimitedError(ProblemError):
    """429, with the seconds to wait."""

    def __init__(self, detail: str, retry_after: int) -> None:
        """`retry_after` is in real seconds."""
        super().__init__(429, detail)
        self.retry_after = retry_after


def authorize(
    account: Account, key: Key, operation: Operation, pod: str | None, body: object
) -> None:
    """Whether a key may do this.

    Raises:
        ProblemError: 403.

    """
    if key.pod is None:
        allowed = key.writes or operation.method == "get"
    else:
        allowed = pod == key.pod and _may_itself(account, operation, body)
    if not allowed:
        raise ProblemError(403, "access denied")


def _may_itself(account: Account, operation: Operation, body: object) -> bool:
    """What a pod may do to itself with the key in its environment."""
    action = body.get("action") if isinstance(body, dict) else None
    match account.pod_key:
        case "none":
            return False
        case "stop":
            return operation.id in {"getPod", "getPodLogs"} or action == "stop"
        case "terminate":
            return operation.id in {"getPod", "getPodLogs", "deletePod", "podAction"}


def admit(
    document: Document,
    operation: Operation,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    content: bytes,
) -> Admitted:
    """Check a request against the document.

    Raises:
        ProblemError: 400, 413, 422.

    """
    if len(content) > LARGEST_BODY:
        raise ProblemError(413, f"request body exceeds {LARGEST_BODY} bytes")
    values, errors = document.parameters(operation, "query", query)
    cursor = headers.get("Last-Event-ID", "").partition("/")[0]
    _, wrong = document.parameters(operation, "header", {"Last-Event-ID": cursor} if cursor else {})
    body = _body(content) if document.takes_body(operation) else None
    if document.takes_body(operation):
        errors += document.body_errors(operation, body)
    if errors or wrong:
        raise invalid(*errors, *wrong)
    return Admitted(values, body)


def _body(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        raise ProblemError(400, "request body is not valid JSON") from None
