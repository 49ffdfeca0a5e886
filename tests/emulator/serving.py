"""A request to `/v2`, from the connection to what answers it, and back; faults of the connection too."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
from aiohttp import web
from tests.emulator import dialect, gate
from tests.emulator.api.call import Call, Reply
from tests.emulator.api.logstream import events
from tests.emulator.api.routes import HANDLERS, STREAMED
from tests.emulator.clock import stamp
from tests.emulator.dialect import Dialect
from tests.emulator.document import Document, Operation
from tests.emulator.faults import Answer, Dropped, Lost, RequestFault, Slow
from tests.emulator.limits import Limiter
from tests.emulator.problem import ProblemError, not_found
from tests.emulator.world import World

_PROBLEM = "application/problem+json"


class Seen(msgspec.Struct):
    """A request that came in, and what was answered; 0: the connection was cut, or nothing was yet."""

    at: str
    method: str
    path: str
    fault: str | None
    status: int = 0


class Asked(msgspec.Struct, frozen=True):
    """A request as it came in; `operation` is what the document has for it."""

    http: web.Request
    content: bytes
    operation: Operation | None
    path: dict[str, str]


class Service:
    """What answers under `/v2`, and remembers what it was asked and where it went wrong itself."""

    def __init__(
        self,
        world: World,
        speech: Dialect,
        limiter: Limiter,
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        """`settle` has what is due happen, to processes too."""
        self.dialect: Dialect = speech
        self.limiter = limiter
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        self._world = world
        self._settle = settle

    @property
    def document(self) -> Document:
        """What requests and answers are held to."""
        return dialect.load(self.dialect)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, or fail to, as a fault has it."""
        await self._settle()
        asked = await self._read(request)
        fault = self._fault(asked)
        seen = Seen(
            stamp(self._world.clock.now()),
            request.method,
            request.path_qs,
            type(fault).__name__.lower() if fault else None,
        )
        self.requests.append(seen)
        if isinstance(fault, Dropped):
            return _cut(request)
        response = await self._answer(asked, fault if isinstance(fault, Answer) else None)
        await self._settle()
        if isinstance(fault, Lost):
            return _cut(request)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        seen.status = response.status
        return response

    async def _read(self, request: web.Request) -> Asked:
        content = await request.read()
        found = self.document.find(request.method.lower(), request.path)
        return Asked(request, content, *(found or (None, {})))

    def _fault(self, asked: Asked) -> RequestFault | None:
        if asked.operation is None:
            return None
        name = _name(asked.content)
        return self._world.request_fault(asked.operation.id, asked.path.get("id"), name)

    async def _answer(self, asked: Asked, fault: Answer | None) -> web.StreamResponse:
        token = ""
        try:
            account = self._world.account
            token, key = gate.authenticate(account, asked.http.headers.get("Authorization"))
            gate.limit(self.limiter, token)
            if asked.operation is None:
                raise self._no_such_operation(asked.http.path)
            if fault:
                raise _refusal(fault)
            call = self._admit(asked, asked.operation)
            gate.authorize(account, key, asked.operation, asked.path.get("id"), call.body)
            if asked.operation.id == STREAMED:
                return await _stream(asked.http, call)
            return self._checked(asked.operation, HANDLERS[asked.operation.id](call), token)
        except ProblemError as problem:
            return self._refused(asked.operation, problem, token)

    def _admit(self, asked: Asked, operation: Operation) -> Call:
        query, headers = dict(asked.http.query), asked.http.headers
        admitted = gate.admit(self.document, operation, query, headers, asked.content)
        return Call(
            self._world, self.dialect, asked.path, admitted.query, dict(headers), admitted.body
        )

    def _no_such_operation(self, path: str) -> ProblemError:
        if self.document.has_path(path):
            return ProblemError(405, "method not allowed")
        return not_found("resource")

    def _checked(self, operation: Operation, reply: Reply, token: str) -> web.Response:
        kind = None if reply.body is None else "application/json"
        body = json.loads(msgspec.json.encode(reply.body))
        if errors := self.document.answer_errors(operation, reply.status, kind, body):
            return self._broken(operation, errors)
        headers = self._headers(token)
        if kind is None:
            return web.Response(status=reply.status, headers=headers)
        return web.json_response(body, status=reply.status, headers=headers)

    def _refused(
        self, operation: Operation | None, problem: ProblemError, token: str
    ) -> web.Response:
        status, body = problem.status, problem.body()
        if operation and (errors := self.document.answer_errors(operation, status, _PROBLEM, body)):
            return self._broken(operation, errors)
        headers = self._headers(token) if token else {}
        if isinstance(problem, gate.LimitedError):
            headers["Retry-After"] = str(problem.retry_after)
        return web.json_response(body, status=status, headers=headers, content_type=_PROBLEM)

    def _broken(self, operation: Operation, errors: list[str]) -> web.Response:
        """An answer of ours that the document does not allow: the emulator is wrong, and says so loudly."""
        told = [f"{operation.id}: {error}" for error in errors]
        self.violations += told
        print("emulator: answer against the document:", *told, sep="\n  ", file=sys.stderr)  # noqa: T201
        body = ProblemError(500, "the emulator broke the document", told).body()
        return web.json_response(body, status=500, content_type=_PROBLEM)

    def _headers(self, token: str) -> dict[str, str]:
        now = self._world.clock.now()
        date = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return {"Date": date} | self.limiter.headers(token)


async def _stream(request: web.Request, call: Call) -> web.StreamResponse:
    """Send the lines of a log for as long as someone listens."""
    lines = events(call)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    with suppress(ConnectionError):
        await response.prepare(request)
        async for line in lines:
            await response.write(line)
        await response.write_eof()
    return response


def _cut(request: web.Request) -> web.Response:
    """Cut the connection, as a network does; what is returned reaches no one."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _refusal(fault: Answer) -> ProblemError:
    if fault.status == 429:
        return gate.LimitedError(fault.detail, fault.retry_after or 1)
    return ProblemError(fault.status, fault.detail)


def _name(content: bytes) -> str | None:
    """The name of the pod that a request makes."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    name = body.get("name") if isinstance(body, dict) else None
    return name if isinstance(name, str) else None
