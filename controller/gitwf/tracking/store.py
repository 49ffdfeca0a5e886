"""What of MLflow is used: a protocol, with the two ways in which it goes wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec


class Metric(msgspec.Struct, frozen=True):
    """A value of a metric; ``timestamp`` in milliseconds."""

    key: str
    value: float
    timestamp: int
    step: int = 0


class UnavailableError(Exception):
    """The store cannot be reached, or not now: to be tried again."""


class RefusedError(Exception):
    """The store will never take this: to be left out."""


class Store(Protocol):
    """A place for runs. All methods raise `UnavailableError` and `RefusedError`."""

    def experiment(self, name: str) -> str:
        """Return the id of an experiment, which is made where there is none of that name."""

    def find(self, experiment: str, tags: Mapping[str, str]) -> str | None:
        """Return the id of the newest run of an experiment with all of these tags, or None."""

    def create(self, experiment: str, name: str, start: int, tags: Mapping[str, str]) -> str:
        """Begin a run and return its id."""

    def log(
        self,
        run: str,
        metrics: Sequence[Metric],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        """Add to a run, at most `MOST` of each."""

    def end(self, run: str, status: str, at: int) -> None:
        """End a run."""

    def close(self) -> None:
        """Let go of a connection; the next call makes one."""


MOST = 100
"""Params, and tags, that go in one request (`mlflow/utils/validation.py`)."""

MOST_METRICS = 800
"""Metrics that go in one request: with params and tags no more than 1,000."""
