"""Where a flow is played: its variables, its place in the plan, and what may stop it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf.diagnostics import Source
from gitwf.engine.unit.background import Background
from gitwf.engine.unit.observer import NOBODY, Observers, Trial
from gitwf.engine.unit.outcome import Failure
from gitwf.engine.unit.scope import Scope
from gitwf.engine.unit.stop import Stop
from gitwf.engine.unit.supply import Supply
from gitwf.language.value import Value, number
from gitwf.plan.place import Choice
from gitwf.targets.job import Streams

_NO_STREAMS = Streams()


class Frame(msgspec.Struct, frozen=True):
    """What a unit of a flow gets from around it.

    ``step`` is its place in the plan (`docs/records.md`, section 1), ``attempt`` that of the
    `retry:` around it, ``wanted`` whether anything looks at its result or output: only then must
    a restored stage have them.
    ``counted`` is false in handlers: the run's figures leave them out.
    ``background`` are the background jobs of the block, ``streams`` the pipes that its commands
    read and write, ``environment`` what a `context:` gives to them.
    ``supply`` is what its jobs may take.
    ``lost`` is why no command may begin that was not begun before: its pipe is gone.
    ``target`` is where its commands run, None where that is left to their definitions.
    ``source`` is the text of the workflow.
    ``trial`` is the innermost trial that it is in, ``observers`` hear of what is played.
    """

    scope: Scope
    stop: Stop
    step: str = ""
    wanted: bool = False
    counted: bool = True
    attempt: int = 1
    background: Background = msgspec.field(default_factory=Background)
    streams: Streams = _NO_STREAMS
    supply: Supply = msgspec.field(default_factory=Supply)
    environment: Mapping[str, str] = {}
    lost: Failure | None = None
    target: Choice | None = None
    source: Source | None = None
    trial: Trial | None = None
    observers: Observers = NOBODY

    def at(self, place: str) -> Frame:
        """Return the frame of a part of this flow."""
        return self._placed(f"{self.step}/{place}" if self.step else place)

    def indexed(self, index: int) -> Frame:
        """Return the frame of the branch, trial or attempt with this number."""
        return self._placed(f"{self.step}[{index}]")

    def _placed(self, step: str) -> Frame:
        return msgspec.structs.replace(self, step=step, scope=self.scope.at(step))

    def attempting(self, attempt: int) -> Frame:
        """Return the frame of an attempt, counted from 1."""
        return msgspec.structs.replace(self.indexed(attempt - 1), attempt=attempt)

    def on(self, target: Choice) -> Frame:
        """Return this frame for commands that run on ``target``, whatever their definitions say."""
        return msgspec.structs.replace(self, target=target)

    def under(self, stop: Stop) -> Frame:
        """Return this frame for what ``stop`` may stop."""
        return msgspec.structs.replace(self, stop=stop)

    def beside(self, stop: Stop) -> Frame:
        """Return this frame for what runs beside others: with a copy of the variables."""
        return msgspec.structs.replace(
            self, stop=stop, scope=self.scope.copy(), background=Background()
        )

    def numbered(self, index: int, stop: Stop, variables: Mapping[str, Value]) -> Frame:
        """Return the frame of a branch or trial, with ``$index`` and variables of its own."""
        frame = self.indexed(index).beside(stop)
        frame.scope.builtins["index"] = number(index)
        frame.scope.variables.update(variables)
        return frame

    def trying(self, axes: Mapping[str, Value]) -> Frame:
        """Return this frame for a trial with these values of its sweep's axes."""
        around = self.trial.axes if self.trial else {}
        return msgspec.structs.replace(self, trial=Trial(self.step, {**around, **axes}))

    def block(self) -> Frame:
        """Return this frame for the lines of a block, which has background jobs of its own."""
        return msgspec.structs.replace(self, background=Background())

    def piped(self, streams: Streams = _NO_STREAMS) -> Frame:
        """Return this frame for what reads and writes these pipes, or none."""
        return msgspec.structs.replace(self, streams=streams)

    def handling(self) -> Frame:
        """Return this frame for a handler."""
        return msgspec.structs.replace(self.piped(), counted=False)

    def wanting(self) -> Frame:
        """Return this frame for a flow whose result or output is used."""
        return msgspec.structs.replace(self, wanted=True)

    def shielded(self) -> Frame:
        """Return this frame for what runs although the flow was stopped: finally, handlers."""
        return msgspec.structs.replace(self, stop=self.stop.shield())
