"""Where a flow is played: its variables, its place in the plan, and what may stop it."""

from __future__ import annotations

import msgspec

from gitwf.engine.scope import Scope
from gitwf.engine.stop import Stop


class Frame(msgspec.Struct, frozen=True):
    """What a unit of a flow gets from around it.

    ``step`` is its place in the plan (`docs/records.md`, section 1), ``wanted`` whether anything
    looks at its result or output: only then must a restored stage have them.
    ``counted`` is false in handlers: the run's figures leave them out.
    """

    scope: Scope
    stop: Stop
    step: str = ""
    wanted: bool = False
    counted: bool = True

    def at(self, place: str) -> Frame:
        """Return the frame of a part of this flow."""
        step = f"{self.step}/{place}" if self.step else place
        return msgspec.structs.replace(self, step=step)

    def handling(self) -> Frame:
        """Return this frame for a handler."""
        return msgspec.structs.replace(self, counted=False)

    def wanting(self) -> Frame:
        """Return this frame for a flow whose result or output is used."""
        return msgspec.structs.replace(self, wanted=True)

    def shielded(self) -> Frame:
        """Return this frame for what runs although the flow was stopped: finally, handlers."""
        return msgspec.structs.replace(self, stop=Stop())
