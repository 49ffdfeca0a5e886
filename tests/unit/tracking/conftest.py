"""A server of MLflow that does what a test wants, on loopback: it fails, is slow, or answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gitwf.tracking.rest import RestStore


class Server(ThreadingHTTPServer):
    """Answers requests as `answers` say, by path; else as `default` says. Keeps what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, object]] = []
        self.answers: dict[str, list[tuple[int, object]]] = {}
        self.default: tuple[int, object] = (500, {"error_code": "INTERNAL_ERROR"})

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, path: str) -> tuple[int, object]:
        waiting = self.answers.get(path)
        return waiting.pop(0) if waiting else self.default


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = path.removeprefix("/api/2.0/mlflow/")
        self.server.asked.append((path, json.loads(body) if body else query))
        status, answer = self.server.answer(path)
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def store(server: Server) -> Iterator[RestStore]:
    """The server as a store."""
    with closing(RestStore(server.uri, {})) as made:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that fails until the test says otherwise."""
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()
