"""What every use case begins with: the repository that the user stands in, and what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gitwf.data.meter import Meter

if TYPE_CHECKING:
    from gitwf.reconcile.clone import Clone
    from gitwf.repo.repository import Repository


class Session(msgspec.Struct, frozen=True):
    """Where the user stands and with which environment: the only two things taken from outside.

    ``meter`` knows how far the reading and writing of large files has come.
    """

    directory: Path
    environment: Mapping[str, str]
    meter: Meter = msgspec.field(default_factory=Meter)

    def repository(self) -> Repository:
        """Return the repository that the directory is in.

        Raises:
            NotARepositoryError: if it is in none.
        """
        from gitwf.repo.repository import Repository

        repository = Repository.open(self.directory)

        def hold() -> None:
            from gitwf.app.fetched import take_in
            from gitwf.app.holding import hold

            take_in(repository, self.environment)
            hold(repository, self.environment)

        repository.hold = hold
        return repository

    def clone(self) -> Clone:
        """Return that repository with its records, able to play runs."""
        from gitwf.app.extras import Extras
        from gitwf.reconcile.clone import Clone

        repository = self.repository()
        return Clone(
            repository, self.environment, Extras(repository, self.environment), meter=self.meter
        )


class UsageError(Exception):
    """The user asked for what cannot be done: what, and what to do instead."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}: {self.hint}"
