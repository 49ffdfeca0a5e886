"""What a run gets beside what the engine brings: built-in commands, targets, and who hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gitwf.config.settings import Settings
from gitwf.engine.commands.commands import Playable
from gitwf.engine.jobs.agents import Agents
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.steps import Steps
from gitwf.engine.unit.observer import Observers
from gitwf.plan.plan import Plan
from gitwf.targets.registry import Kind as TargetKind


class Extension(Protocol):
    """Brings the parts that the engine does not know, for one playing of a run each."""

    def builtins(self, steps: Steps, context: RunContext) -> Mapping[str, Playable]:
        """Return the built-in commands, by name, playing as steps of the run."""

    def agents(self, plan: Plan, settings: Settings, environment: Mapping[str, str]) -> Agents:
        """Return who does what `droid:` hands over; ``environment`` is the controller's own."""

    def kinds(self) -> Mapping[str, TargetKind]:
        """Return the kinds of targets beside this machine, by name; the same ones each time."""

    def observers(self, context: RunContext) -> Observers:
        """Return those who hear of the run."""
