"""The HTTP server: `/v2` by the document, `/control` for tests, 410 for what RunPod has retired."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from aiohttp import web
from tests.emulator import boots, control
from tests.emulator.clock import Clock
from tests.emulator.containers import Containers
from tests.emulator.dialect import Dialect
from tests.emulator.limits import Limiter
from tests.emulator.problem import ProblemError
from tests.emulator.serving import Service
from tests.emulator.world import World

_GONE = "this API has been retired; use https://api.runpod.io/v2"
_LONGEST_SLEEP = 1.0


class Options(msgspec.Struct, frozen=True):
    """What one emulator is to be like."""

    host: str = "127.0.0.1"
    speed: float = 1.0
    limit_scale: float = 1.0
    dialect: Dialect = "published"
    seed: int | None = None


class Server:
    """One emulator: its world, the containers that stand for it, and what serves it."""

    def __init__(self, state: Path, options: Options) -> None:
        """`state` is the folder for the disks of pods."""
        self._options = options
        self._containers = Containers(state, self._log)
        self._changed = asyncio.Event()
        self._begin()

    def app(self) -> web.Application:
        """The application, which also lets time do its work."""
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/v2/{path:.*}", self._serve)
        app.router.add_route("*", "/v1/{path:.*}", _retired)
        app.router.add_route("*", "/graphql", _retired)
        control.add_routes(app, self)
        app.cleanup_ctx.append(self._live)
        return app

    async def reset(self) -> None:
        """Begin again: no pods, no volumes, no faults, nothing remembered."""
        self._begin()
        await self._containers.remove_all()

    def _begin(self) -> None:
        options = self._options
        self.world = World(Clock(speed=options.speed), options.host, seed=options.seed)
        limiter = Limiter(options.limit_scale)
        self.service = Service(self.world, options.dialect, limiter, self.settle)

    def _log(self, pod: str, text: str) -> None:
        self.world.logs.add(pod, "container", text)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        return await self.service.serve(request)

    async def settle(self) -> None:
        """Let what is due happen, and the containers be what they ought to be."""
        self.world.settle()
        await self._containers.reconcile(lambda: boots.desired(self.world))
        self._changed.set()

    async def _live(self, _app: web.Application) -> AsyncIterator[None]:
        ticker = asyncio.create_task(self._tick())
        yield
        ticker.cancel()
        await asyncio.gather(ticker, return_exceptions=True)
        await self._containers.remove_all()

    async def _tick(self) -> None:
        """Settle whenever something is due."""
        while True:
            await self.settle()
            self._changed.clear()
            due = self.world.next_due()
            wait = self.world.clock.real_seconds_until(due) if due else _LONGEST_SLEEP
            try:
                async with asyncio.timeout(min(wait, _LONGEST_SLEEP)):
                    await self._changed.wait()
            except TimeoutError:
                continue


async def _retired(_request: web.Request) -> web.Response:
    body = ProblemError(410, _GONE).body()
    return web.json_response(body, status=410, content_type="application/problem+json")
