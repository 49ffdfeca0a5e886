"""The webhook: signed requests are hints, all others are refused before they cost anything."""

from __future__ import annotations

import hmac
import http.client
import socket
from collections.abc import Iterator

import pytest

from gitwf.reconcile.sharing.webhook import LARGEST, PATH, SIGNATURE, is_signed, listening

SECRET = b"secret"
BODY = b'{"ref":"refs/heads/main"}'


def signed(body: bytes, secret: bytes = SECRET) -> str:
    return f"sha256={hmac.digest(secret, body, 'sha256').hex()}"


class Hook:
    """A webhook that counts the hints it got."""

    def __init__(self) -> None:
        self.hints = 0
        self.port = 0

    def hint(self) -> None:
        self.hints += 1

    def post(
        self, body: bytes, headers: dict[str, str], path: str = PATH, method: str = "POST"
    ) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    with listening(0, SECRET, hook.hint) as hook.port:
        yield hook


def test_a_signed_request_is_a_hint_and_so_is_a_replay(hook: Hook) -> None:
    headers = {SIGNATURE: signed(BODY)}
    assert [hook.post(BODY, headers) for _ in range(2)] == [204, 204]
    assert hook.post(BODY, headers, f"{PATH}?from=hub") == 204
    assert hook.hints == 3


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: ""},
        {SIGNATURE: "sha256="},
        {SIGNATURE: signed(BODY, b"other")},
        {SIGNATURE: signed(b"other")},
        {SIGNATURE: signed(BODY).removeprefix("sha256=")},
        {SIGNATURE: signed(BODY).upper()},
        {"X-Hub-Signature": "sha1=0"},
    ],
)
def test_what_is_not_signed_is_refused(hook: Hook, headers: dict[str, str]) -> None:
    assert hook.post(BODY, headers) == 403
    assert hook.hints == 0


def test_other_places_and_methods(hook: Hook) -> None:
    headers = {SIGNATURE: signed(BODY)}
    assert hook.post(BODY, headers, "/") == 404
    assert hook.post(b"", {}, method="GET") == 501
    assert hook.hints == 0


def answer(hook: Hook, head: bytes) -> bytes:
    """Send raw bytes and return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", hook.port), timeout=10) as connection:
        connection.sendall(head)
        return connection.makefile("rb").readline()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Content-Length: 104857600", b"413"),
        (b"Content-Length: %d" % (LARGEST + 1), b"413"),
        (b"Content-Length: " + b"9" * 5000, b"413"),
        (b"Content-Length: -1", b"411"),
        (b"Content-Length: x", b"411"),
        (b"Transfer-Encoding: chunked", b"411"),
    ],
)
def test_what_is_too_large_is_never_read(hook: Hook, header: bytes, status: bytes) -> None:
    line = answer(hook, b"POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % (PATH.encode(), header))
    assert line.split()[1] == status
    assert hook.hints == 0


def test_one_who_hangs_up_early_hinders_nobody(hook: Hook) -> None:
    with socket.create_connection(("127.0.0.1", hook.port)) as connection:
        connection.sendall(b"POST %s HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf" % PATH.encode())
        assert hook.post(BODY, {SIGNATURE: signed(BODY)}) == 204
    assert hook.hints == 1


@pytest.mark.parametrize("text", [None, "", "sha256=é", "sha256=\udcff"])
def test_no_signature_is_taken_for_one(text: str | None) -> None:
    assert not is_signed(SECRET, BODY, text)
