"""A GitHub for feedback, on this machine: statuses of commits and comments, held to GitHub's own description.

`openapi.json` holds the parts of it that are served here; its `x-origin` says where it is from. A request that the
description does not allow is answered as GitHub does and is a violation, and so is an answer of ours that it does
not allow. What it does not say, and GitHub refuses all the same, is refused here too: texts that are too long, and
tokens that may not.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
from tests.emulator.document import Document, Operation

Json = dict[str, object]
TOKEN, READER, PERSON = "ghs_aJobsToken", "ghs_readsOnly", "ghp_Adas"
"""Tokens: of a job, of a job for the pull request of a fork, of a person."""

BOT = "github-actions[bot]"
_LOGINS = {TOKEN: BOT, READER: BOT, PERSON: "ada"}
_LONGEST_COMMENT, _LONGEST_DESCRIPTION = 65_536, 140


class Answer(msgspec.Struct, frozen=True):
    """A status and a body."""

    status: int
    body: object


class GitHub:
    """The server. ``statuses`` and ``comments`` are what was said there, ``broken`` is what it answers if not 0."""

    def __init__(self) -> None:
        self.statuses: list[Json] = []
        self.comments: list[Json] = []
        self.violations: list[str] = []
        self.asked: list[str] = []
        self.broken = 0
        self._document = Document(_nulls(_read()))
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(size)) if size else None
                answer = outer.answer(self.command, self.path, dict(self.headers), body)
                data = json.dumps(answer.body).encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def seen(self) -> list[tuple[object, object, object]]:
        """Return what was said of commits: state, context and description."""
        return [(s["state"], s["context"], s["description"]) for s in self.statuses]

    def comment(self, login: str, body: str) -> Json:
        """Write a comment as somebody."""
        said = self._example("issue-comment")
        cast("Json", said["user"])["login"] = login
        made = said | {"id": len(self.comments) + 1, "body": body}
        self.comments.append(made)
        return made

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: object) -> Answer:
        """Answer a request, and note whatever the description does not allow."""
        url = urlsplit(target)
        self.asked.append(f"{method} {url.path}")
        if self.broken:
            return Answer(self.broken, {"message": "Server Error"})
        found = self._document.find(method.lower(), url.path)
        if found is None:
            self.violations.append(f"there is no {method} {url.path}")
            return Answer(404, {"message": "Not Found"})
        operation, places = found
        _, wrong = self._document.parameters(operation, "query", dict(parse_qsl(url.query)))
        if self._document.takes_body(operation):
            wrong += self._document.body_errors(operation, body)
        if headers.get("Accept") != "application/vnd.github+json" or "User-Agent" not in headers:
            wrong.append("GitHub asks for `Accept` and `User-Agent`")
        self.violations += wrong
        if wrong:
            return Answer(422, {"message": "Validation Failed", "errors": wrong})
        answer = self._do(
            operation, places, headers, cast("Json", body), dict(parse_qsl(url.query))
        )
        if str(answer.status) in cast("Json", operation.definition["responses"]):
            self.violations += self._document.answer_errors(
                operation, answer.status, "application/json", answer.body
            )
        return answer

    def _do(
        self,
        operation: Operation,
        places: Mapping[str, str],
        headers: Mapping[str, str],
        body: Json,
        query: Mapping[str, str],
    ) -> Answer:
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in _LOGINS:
            return Answer(401, {"message": "Bad credentials"})
        may_write = token != READER
        match operation.id:
            case "users/get-authenticated" if token == PERSON:
                name = "private-user-response-with-public-and-private-profile-information"
                return Answer(200, self._example(name) | {"login": _LOGINS[token]})
            case "issues/list-comments":
                size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
                return Answer(200, self.comments[size * (page - 1) : size * page])
            case "repos/create-commit-status" if may_write:
                return self._status(places["sha"], body)
            case "issues/create-comment" if may_write and _fits(body):
                return Answer(201, self.comment(_LOGINS[token], str(body["body"])))
            case "issues/update-comment" if may_write and _fits(body):
                [old] = [c for c in self.comments if c["id"] == int(places["comment_id"])]
                old["body"] = body["body"]
                return Answer(200, old)
        if may_write and not operation.id.startswith("users/"):
            return Answer(422, {"message": "Body is too long", "documentation_url": ""})
        return Answer(403, {"message": "Resource not accessible by integration"})

    def _status(self, sha: str, body: Json) -> Answer:
        if len(str(body.get("description") or "")) > _LONGEST_DESCRIPTION:
            self.violations.append("description is too long (maximum is 140 characters)")
        made = self._example("status") | body | {"id": len(self.statuses) + 1}
        self.statuses.append(made | {"sha": sha})
        return Answer(201, made)

    def _example(self, name: str) -> Json:
        components = cast("dict[str, dict[str, Json]]", self._document.definition["components"])
        return copy.deepcopy(cast("Json", components["examples"][name]["value"]))


def _fits(body: Json) -> bool:
    return len(str(body["body"])) <= _LONGEST_COMMENT


def _read() -> Json:
    return cast("Json", json.loads(Path(__file__).with_name("openapi.json").read_bytes()))


def _nulls(node: Json) -> Json:
    """Return the description with what OpenAPI 3.0 calls nullable as JSON Schema says it."""
    return cast("Json", _with_nulls(node))


def _with_nulls(node: object) -> object:
    if isinstance(node, list):
        return [_with_nulls(each) for each in node]
    if not isinstance(node, dict):
        return node
    known = {name: _with_nulls(each) for name, each in node.items() if name != "nullable"}
    return {"anyOf": [known, {"type": "null"}]} if node.get("nullable") is True else known
