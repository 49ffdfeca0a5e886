"""What GitHub and we say to each other, as values: the fields that are needed."""

from __future__ import annotations

import msgspec


class GitHubError(Exception):
    """GitHub did not do it. The text says why, and never holds the token.

    ``final``: it never will do this very thing.
    """

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class User(msgspec.Struct, frozen=True):
    """Who wrote something."""

    login: str


class Comment(msgspec.Struct, frozen=True):
    """A comment on an issue or a pull request."""

    id: int
    body: str | None = None
    user: User | None = None


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """The status of a commit in one ``context``."""

    state: str
    context: str
    description: str
    target_url: str | None = None
