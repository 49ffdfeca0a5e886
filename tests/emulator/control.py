"""`/control`: how tests drive the emulator, and ask what happened. No part of RunPod."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

import msgspec
from aiohttp import web
from tests.emulator import billing
from tests.emulator import pods as life
from tests.emulator.account import API_KEY, READ_ONLY_KEY, PodKey
from tests.emulator.api.podview import view
from tests.emulator.clock import stamp
from tests.emulator.dialect import Dialect
from tests.emulator.faults import Chaos, Ending, Rule

if TYPE_CHECKING:
    from tests.emulator.server import Server
    from tests.emulator.serving import Service
    from tests.emulator.world import World

Model = TypeVar("Model", bound=msgspec.Struct)


class Time(msgspec.Struct, forbid_unknown_fields=True):
    """Virtual seconds to jump ahead; virtual seconds in a real one from now on."""

    advance: float = 0.0
    speed: float | None = None


class Change(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What to set of the emulator; what is left out stays."""

    balance: float | None = None
    """Dollars left, from now on."""
    dialect: Dialect | None = None
    limit_scale: float | None = None
    """Length of a rate limit's window in real seconds over its nominal length; 0: no limits."""
    pod_key: PodKey | None = None


class Happening(msgspec.Struct, forbid_unknown_fields=True):
    """What becomes of a pod now: preempted, broken, vanished."""

    status: Ending


def add_routes(app: web.Application, server: Server) -> None:
    """Serve `/control` for a server."""
    desk = Desk(server)
    app.router.add_post("/control/reset", desk.reset)
    app.router.add_get("/control/settings", desk.status)
    app.router.add_patch("/control/settings", desk.change)
    app.router.add_post("/control/clock", desk.clock)
    app.router.add_get("/control/faults", desk.faults)
    app.router.add_post("/control/faults", desk.add_fault)
    app.router.add_delete("/control/faults", desk.forget_faults)
    app.router.add_put("/control/chaos", desk.chaos)
    app.router.add_get("/control/pods", desk.pods)
    app.router.add_post("/control/pods/{id}", desk.happen)
    app.router.add_get("/control/ledger", desk.ledger)
    app.router.add_get("/control/requests", desk.requests)
    app.router.add_get("/control/violations", desk.violations)


class Desk:
    """What answers under `/control`."""

    def __init__(self, server: Server) -> None:
        """Drive `server`."""
        self._server = server

    @property
    def _service(self) -> Service:
        return self._server.service

    @property
    def _world(self) -> World:
        return self._server.world

    async def status(self, _request: web.Request) -> web.Response:
        """Tell the time, the balance and the API keys."""
        clock = self._world.clock
        return _json(
            {
                "now": stamp(clock.now()),
                "speed": clock.speed,
                "balance": float(self._world.balance()),
                "dialect": self._service.dialect,
                "apiKey": API_KEY,
                "readOnlyKey": READ_ONLY_KEY,
            }
        )

    async def change(self, request: web.Request) -> web.Response:
        """Set what is given."""
        change = await _read(request, Change)
        self._world.settle()
        if change.balance is not None:
            missing = Fraction(str(change.balance)) - self._world.balance()
            self._world.account.paid_in += missing
        if change.dialect is not None:
            self._service.dialect = change.dialect
        if change.limit_scale is not None:
            self._service.limiter.scale = change.limit_scale
        if change.pod_key is not None:
            self._world.account.pod_key = change.pod_key
        await self._server.settle()
        return await self.status(request)

    async def reset(self, _request: web.Request) -> web.Response:
        """Begin again, with nothing."""
        await self._server.reset()
        return _json({})

    async def clock(self, request: web.Request) -> web.Response:
        """Jump ahead, change speed, or only tell the time; everything due by then has happened after it."""
        time = await _read(request, Time)
        if time.speed is not None:
            self._world.clock.go(time.speed)
        self._world.clock.advance(time.advance)
        await self._server.settle()
        return await self.status(request)

    async def faults(self, _request: web.Request) -> web.Response:
        """List the faults that nobody has met yet."""
        return _json(self._world.rules)

    async def add_fault(self, request: web.Request) -> web.Response:
        """Have something fail, after what is to fail already."""
        self._world.rules.append(await _read(request, Rule))
        return _json(self._world.rules)

    async def forget_faults(self, _request: web.Request) -> web.Response:
        """Have nothing fail any more."""
        self._world.rules.clear()
        self._world.chaos = None
        return _json([])

    async def chaos(self, request: web.Request) -> web.Response:
        """Have things fail at random."""
        self._world.chaos = await _read(request, Chaos)
        return _json(self._world.chaos)

    async def pods(self, _request: web.Request) -> web.Response:
        """Tell of all pods that there ever were, as the API would show them."""
        await self._server.settle()
        world = self._world
        shown = [view(pod, world.clock.now(), world.host) for pod in world.pods.values()]
        return _json(shown)

    async def happen(self, request: web.Request) -> web.Response:
        """Have a pod end now, as nobody asked it to."""
        happening = await _read(request, Happening)
        pod = self._world.pods.get(request.match_info["id"])
        if pod is None or pod.status == "TERMINATED":
            raise web.HTTPNotFound
        now = self._world.clock.now()
        self._world.put(life.end(pod, happening.status, now), now, "ended by itself")
        await self._server.settle()
        return _json({})

    async def ledger(self, _request: web.Request) -> web.Response:
        """Tell what each pod has cost up to now, exactly and to the cent."""
        await self._server.settle()
        records = [self._entry(pod) for pod in self._world.pods.values()]
        total = billing.total(self._world.spent(pod) for pod in self._world.pods)
        return _json({"pods": records, "cents": billing.cents(total.total)})

    def _entry(self, pod: life.Pod) -> dict[str, object]:
        spent = self._world.spent(pod.id)
        return {
            "podId": pod.id,
            "name": pod.name,
            "status": pod.status,
            "cents": billing.cents(spent.total),
            "compute": str(spent.gpu + spent.cpu),
            "disk": str(spent.disk),
            "total": str(spent.total),
            "createdAt": stamp(pod.created),
            "endedAt": stamp(pod.ended) if pod.ended else None,
        }

    async def requests(self, _request: web.Request) -> web.Response:
        """List the requests to `/v2` that came in."""
        return _json(self._service.requests)

    async def violations(self, _request: web.Request) -> web.Response:
        """List the answers of the emulator that its document does not allow: there ought to be none."""
        return _json(self._service.violations)


async def _read(request: web.Request, model: type[Model]) -> Model:
    try:
        return msgspec.json.decode(await request.read(), type=model)
    except msgspec.MsgspecError as error:
        raise web.HTTPUnprocessableEntity(text=str(error)) from error


def _json(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
