"""The branch that agents' work is merged into: the clone's own, or that of the remote that it follows."""

from __future__ import annotations

from typing import Protocol

from gitwf.records.sharing.places import Places
from gitwf.repo.advance import advance
from gitwf.repo.refs import RefUpdate
from gitwf.repo.remote import Remote
from gitwf.repo.repository import Repository


class Place(Protocol):
    """A branch somewhere."""

    def tip(self) -> str | None:
        """Return the commit that it stands at, or None. Raises `RemoteError`."""

    def move(self, new: str, old: str) -> None:
        """Move it from ``old`` to ``new``.

        Raises:
            ConflictError: if it stands elsewhere.
            UncleanError: if somebody's changes are in the way.
            RemoteError: if the remote does not take it.
        """


class Own:
    """A branch of the clone, with the working tree that it is checked out in."""

    def __init__(self, repository: Repository, branch: str) -> None:
        self._repository = repository
        self._branch = branch

    def tip(self) -> str | None:
        """Return the commit that it stands at, or None."""
        return self._repository.refs.read(f"refs/heads/{self._branch}")

    def move(self, new: str, old: str) -> None:
        """Move it from ``old`` to ``new``, and a clean working tree along."""
        advance(self._repository, self._branch, new, old)


class Followed:
    """A branch of the remote ``name``, which is asked each time: what is known of it may be old."""

    def __init__(self, repository: Repository, name: str, branch: str) -> None:
        self._repository = repository
        self._remote = Remote(repository, name)
        self._ref = f"refs/heads/{branch}"
        self._known = f"{Places(name).heads}{branch}"

    def tip(self) -> str | None:
        """Return the commit that the remote has now."""
        self._remote.fetch([f"+{self._ref}:{self._known}"])
        return self._repository.refs.read(self._known)

    def move(self, new: str, old: str) -> None:
        """Push it: the remote takes ``new`` only if it has ``old`` still."""
        self._remote.push([RefUpdate(self._ref, new, old)])
