"""A request that the document allows, on its way to what answers it, and the answer."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import msgspec
from tests.emulator.dialect import Dialect
from tests.emulator.document import Json
from tests.emulator.world import World


class Call(msgspec.Struct, frozen=True):
    """One request."""

    world: World
    dialect: Dialect
    path: dict[str, str]
    query: Json
    headers: dict[str, str]
    body: object = None

    @property
    def id(self) -> str:
        """The id in the path."""
        return self.path["id"]

    @property
    def fields(self) -> Json:
        """The body, which is an object."""
        return cast("Json", self.body)

    @property
    def now(self) -> datetime:
        """The emulator's time."""
        return self.world.clock.now()


class Reply(msgspec.Struct, frozen=True):
    """What is answered; without a body when there is none."""

    body: object = None
    status: int = 200
