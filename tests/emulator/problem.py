"""Refusals, as `application/problem+json` says them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

NO_INSTANCES = (
    "There are no longer any instances available with the requested specifications. "
    "Please refresh and try again."
)
NO_DISK = "There are no longer any instances available with enough disk space."
NO_RESOURCES = (
    "This machine does not have the resources to deploy your pod. Please try a different machine."
)
HOST_FULL = "There are not enough free GPUs on the host machine to start this pod."
NO_BALANCE = "insufficient balance"


class ProblemError(Exception):
    """An answer that is not the one asked for."""

    def __init__(self, status: int, detail: str, errors: Sequence[str] = ()) -> None:
        """`errors` are the violations of the document, each with its place."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors

    def body(self) -> dict[str, object]:
        """The `ErrorResponse` of the document."""
        body: dict[str, object] = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        return body | ({"errors": list(self.errors)} if self.errors else {})


def not_found(what: str) -> ProblemError:
    """404 for a thing that is not there, or not any more."""
    return ProblemError(404, f"{what} not found")


def invalid(*errors: str) -> ProblemError:
    """422: the request is not what the document allows."""
    return ProblemError(422, "Request validation failed.", errors)
