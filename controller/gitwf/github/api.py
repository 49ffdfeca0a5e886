"""GitHub's REST API: the few requests that feedback needs, each in a limited time.

Paths, fields and limits are those of <https://docs.github.com/en/rest>.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from gitwf.github.place import Place
from gitwf.github.wire import Comment, GitHubError, Status, User

_VERSION = "2022-11-28"
_PATIENCE = 10.0
"""Seconds for each step of a request."""

_PAGE = 100
_PAGES = 30
_NEVER = frozenset({400, 410, 422})
"""Statuses of a request that will never be taken."""

T = TypeVar("T")


class _Said(msgspec.Struct, frozen=True):
    message: str = ""


class Api:
    """The API as far as it is about the repository of ``place``; every request raises `GitHubError`."""

    def __init__(self, place: Place, token: str) -> None:
        self._repository = f"/repos/{place.name}"
        self._base = place.api
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "git-wf",
            "X-GitHub-Api-Version": _VERSION,
        }

    def set_status(self, commit: str, status: Status) -> None:
        """Give ``commit`` a status; the newest of a context is the one that counts."""
        self._send("POST", f"{self._repository}/statuses/{quote(commit, safe='')}", status)

    def comments(self, number: int) -> Iterator[Comment]:
        """Yield the comments on a pull request, oldest first."""
        path = f"{self._repository}/issues/{number}/comments"
        for page in range(1, _PAGES + 1):
            query = f"?per_page={_PAGE}&page={page}"
            found = _read(self._send("GET", path + query), list[Comment])
            yield from found
            if len(found) < _PAGE:
                return

    def add_comment(self, number: int, body: str) -> None:
        """Comment on a pull request."""
        self._send("POST", f"{self._repository}/issues/{number}/comments", {"body": body})

    def change_comment(self, comment: int, body: str) -> None:
        """Give a comment another text."""
        self._send("PATCH", f"{self._repository}/issues/comments/{comment}", {"body": body})

    def login(self) -> str:
        """Return whose token it is. That of a job is nobody's, and may not ask."""
        try:
            return _read(self._send("GET", "/user"), User).login
        except GitHubError:
            return "github-actions[bot]"

    def _send(self, method: str, path: str, body: object = None) -> bytes:
        """Return the body of an answer. Redirects are not followed: they would take the token along."""
        content = None if body is None else msgspec.json.encode(body)
        headers = self._headers | ({"Content-Type": "application/json"} if content else {})
        try:
            answer = httpx.request(
                method, self._base + path, content=content, headers=headers, timeout=_PATIENCE
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise GitHubError(f"it cannot be reached ({type(error).__name__})") from None
        if answer.is_success:
            return answer.content
        said = _message(answer.content)
        why = f"it answers {answer.status_code}{f': {said}' if said else ''}"
        raise GitHubError(why, final=answer.status_code in _NEVER)


def _read(data: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.DecodeError:
        raise GitHubError("its answer cannot be read") from None


def _message(data: bytes) -> str:
    try:
        return msgspec.json.decode(data, type=_Said).message
    except msgspec.DecodeError:
        return ""
