"""Secrets in a keyring: the library is real, and what it would ask the system for is a file of the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from gitwf.engine.jobs.environment import in_keyring, secrets_of

ORIGINS = {
    "HUB_TOKEN": "keyring",
    "CHAT_URL": "keyring:slack",
    "LOCKED": "keyring:locked",
    "PLAIN": "env:OTHER",
}


class Entries(KeyringBackend):
    """A keyring that is in memory; one service of it is locked."""

    priority = 1.0

    entries: ClassVar = {("git-wf", "HUB_TOKEN"): "h", ("slack", "CHAT_URL"): "c"}

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise KeyringLocked("locked")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture(autouse=True)
def _entries() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Entries())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ([], {}),
        (["HUB_TOKEN"], {"HUB_TOKEN": "h"}),
        (["HUB_TOKEN", "CHAT_URL", "PLAIN"], {"HUB_TOKEN": "h", "CHAT_URL": "c"}),
        (["LOCKED", "NOWHERE"], {}),
    ],
    ids=["nobody-asks", "own-service", "another", "not-to-be-had"],
)
def test_only_what_is_named_is_asked_for(named: list[str], found: dict[str, str]) -> None:
    assert in_keyring(ORIGINS, named) == found


def test_they_are_secrets_as_all_others() -> None:
    given = {"OTHER": "o", "X_TOKEN": "x"}
    found = secrets_of(given, ORIGINS, ["HUB_TOKEN"])
    assert found == {"OTHER": "o", "X_TOKEN": "x", "PLAIN": "o", "HUB_TOKEN": "h"}
