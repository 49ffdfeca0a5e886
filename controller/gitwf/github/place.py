"""Which repository of GitHub is meant, and where its API is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

_REMOTE = re.compile(
    r"(?:https?://(?:[^/@]*@)?|ssh://(?:[^/@]*@)?|(?:[^/@:]*@))"
    r"(?P<host>[A-Za-z0-9.-]+)(?::\d+(?=/))?[/:]"
    r"(?P<name>[^/]+/[^/]+?)(?:\.git)?/?"
)
_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]+/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_PUBLIC = "github.com"


class Place(msgspec.Struct, frozen=True):
    """The repository ``name`` (`owner/name`) and the root of the API that knows it."""

    api: str
    name: str


def place_of(environment: Mapping[str, str], remote: str | None) -> Place | None:
    """Return what GitHub's own variables name, else what the address ``remote`` does, else None.

    The variables are `GITHUB_REPOSITORY` and `GITHUB_API_URL`, as in a job of GitHub Actions. A server of one's own
    has its API below `/api/v3` (<https://docs.github.com/en/enterprise-server/rest>).
    """
    found = _REMOTE.fullmatch(remote or "")
    host = found["host"].lower() if found else _PUBLIC
    name = environment.get("GITHUB_REPOSITORY") or (found["name"] if found else "")
    if not _NAME.fullmatch(name):
        return None
    usual = f"https://api.{_PUBLIC}" if host == _PUBLIC else f"https://{host}/api/v3"
    return Place((environment.get("GITHUB_API_URL") or usual).rstrip("/"), name)
