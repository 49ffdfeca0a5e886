"""A webhook: whoever hosts the remote says that there is something new, and the controller looks at once.

It is a hint and nothing more: what is in it is not read. So one that is replayed or lost changes nothing, and
the interval at which the remote is looked at anyway stands. Only whoever knows the secret can give it
(HMAC-SHA256 of the body, as GitHub, Gitea and Forgejo send it), and only to a port of this machine: what is
outside comes through a proxy or a tunnel that you set up.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PATH = "/hooks/git"
SIGNATURE = "X-Hub-Signature-256"
LARGEST = 1 << 20
"""Bytes of a body that are read; GitHub's are a few thousand for a push."""

_PATIENCE = 10.0
"""Seconds that a peer may take."""


def is_signed(secret: bytes, body: bytes, signature: str | None) -> bool:
    """Return whether ``signature`` (``sha256=…``) is that of ``body``; how long it takes tells nothing."""
    expected = f"sha256={hmac.digest(secret, body, 'sha256').hex()}"
    given = (signature or "").encode("utf-8", "surrogateescape")
    return hmac.compare_digest(expected.encode(), given)


@contextmanager
def listening(port: int, secret: bytes, hint: Callable[[], None]) -> Iterator[int]:
    """Call ``hint`` for each signed request to ``port`` of the loopback (0: any) while the block runs.

    Gives the port. Raises OSError where it is taken.
    """
    server = _Server(("127.0.0.1", port), _Handler)
    server.secret, server.hint = secret, hint
    thread = Thread(target=server.serve_forever, name="git-wf-webhook", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    secret = b""
    hint: Callable[[], None]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE
    server_version = "git-wf"
    sys_version = ""

    def do_POST(self) -> None:
        """Take a hint, or say why not."""
        status = self._status()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing: who sends what is nobody's business."""

    def _status(self) -> HTTPStatus:
        if self.path.partition("?")[0] != PATH:
            return HTTPStatus.NOT_FOUND
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            return HTTPStatus.LENGTH_REQUIRED
        if len(length) > len(str(LARGEST)) or int(length) > LARGEST:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            return HTTPStatus.BAD_REQUEST
        if not is_signed(self.server.secret, body, self.headers.get(SIGNATURE)):
            return HTTPStatus.FORBIDDEN
        self.server.hint()
        return HTTPStatus.NO_CONTENT
