"""What can go wrong with a repository, as errors for people."""

from __future__ import annotations


class RepositoryError(Exception):
    """Something about the repository keeps us from going on.

    ``message`` is lower case, one line, without a full stop; ``hint`` says what to do, or is None.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}: {self.hint}"


class GitError(RepositoryError):
    """Git said no; the message holds its words."""


class GitMissingError(RepositoryError):
    """There is no `git` program on the PATH."""


class GitTooOldError(RepositoryError):
    """The `git` program is older than this program needs."""


class NotARepositoryError(RepositoryError):
    """The folder is in no git repository."""


class ConflictError(RepositoryError):
    """A ref does not stand where the caller thought: somebody else moved it. Read it and try again."""


class StorageFullError(RepositoryError):
    """There was no room left to write. Nothing is half written; what was there before still is."""


class RemoteError(RepositoryError):
    """A remote cannot be reached, does not answer in time, or refuses. Later it may not."""
