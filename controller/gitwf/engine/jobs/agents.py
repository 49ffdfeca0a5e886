"""What the engine needs of whoever plays agents; `app` says who that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gitwf.plan.errand import Deed, Errand, Launch


class Agents(Protocol):
    """Who does errands. All of it may be asked for again after a crash."""

    @property
    def limits(self) -> Mapping[str, float]:
        """How many agents may be at work at once, as named resources."""

    def begin(self, errand: Errand) -> Launch:
        """Return the process that does ``errand``, with all that it needs in place.

        Raises:
            ErrandError: if it cannot be begun.
            RepositoryError: if git cannot make its place.
        """

    def end(self, errand: Errand, printed: str, *, ended_well: bool) -> Deed:
        """Return what an agent has done whose process ended, well or not, and ``printed`` so much.

        Raises:
            RepositoryError: if git cannot collect it.
        """

    def merge(self, errand: Errand) -> str:
        """Merge what was done into the branch of the run; return the commit that it is in.

        Raises:
            ErrandError: if it cannot be merged.
            RepositoryError: if git cannot.
        """

    def close(self, errand: Errand) -> None:
        """Remove the place of an errand that has ended."""
