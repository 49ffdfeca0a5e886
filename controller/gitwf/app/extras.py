"""What runs get beside what the engine brings: built-in commands, and who hears of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from gitwf.app.tracking import Tracking

if TYPE_CHECKING:
    from gitwf.config.settings import Settings
    from gitwf.engine.commands.commands import Playable
    from gitwf.engine.jobs.agents import Agents
    from gitwf.engine.jobs.context import RunContext
    from gitwf.engine.replay.steps import Steps
    from gitwf.engine.unit.observer import Observer, Observers
    from gitwf.plan.plan import Plan
    from gitwf.repo.repository import Repository
    from gitwf.results.file import ResultsFile
    from gitwf.targets.registry import Kind
    from gitwf.targets.runpod.kind import RunpodKind
    from gitwf.targets.ssh.kind import SshKind

log = logging.getLogger(__name__)


class Extras:
    """The `Extension` of the engine, for runs of ``repository``.

    ``environment`` is the controller's own: trackers find there how they are reached.
    """

    def __init__(self, repository: Repository, environment: Mapping[str, str]) -> None:
        self._repository = repository
        self._environment = environment
        self._tracking = Tracking(repository, environment)

    def builtins(self, steps: Steps, context: RunContext) -> Mapping[str, Playable]:
        """Return all built-in commands, playing as steps of one run."""
        from gitwf.app.copies import Copies
        from gitwf.app.podcommands import PodCommands
        from gitwf.engine.commands.builtin import PLAIN, Builtin
        from gitwf.notify.builtin import NotifyCommand
        from gitwf.notify.outbox import outbox_of
        from gitwf.results.builtins import ResultsCommands

        results = ResultsCommands(self._file(context), context)
        copies, pods = Copies(self._ssh, context), PodCommands(self._runpod, context)
        tracking = self._tracking.bodies(context)
        notices = NotifyCommand(outbox_of(self._repository.state_dir), self._environment, context)
        own = {**results.bodies(), **copies.bodies(), **pods.bodies(), **notices.bodies()}
        bodies = {**PLAIN, **own, **tracking}
        return dict.fromkeys(bodies, Builtin(steps, bodies))

    def agents(self, plan: Plan, settings: Settings, environment: Mapping[str, str]) -> Agents:
        """Return the agents that a run hands work to."""
        from gitwf.droids.agents import Agents as Droids

        return Droids(self._repository, plan, settings, environment)

    def observers(self, context: RunContext) -> Observers:
        """Return those who write down what comes of a run."""
        from gitwf.engine.unit.observer import Observers
        from gitwf.results.logger import ResultsLogger

        found: list[Observer] = []
        file, config = self._file(context), context.settings.results.config
        if file is not None:
            found.append(ResultsLogger(file, context, config))
        if context.settings.mlflow is not None:
            found.append(self._tracking.observer(context, context.settings.mlflow))
        return Observers(found)

    def kinds(self) -> Mapping[str, Kind]:
        """Return the kinds of targets beside this machine."""
        return {"ssh": self._ssh, "runpod": self._runpod}

    @cached_property
    def _ssh(self) -> SshKind:
        from gitwf.targets.ssh.kind import SshKind

        def name() -> str:
            from gitwf.repo.name import name_elsewhere

            return name_elsewhere(self._repository)

        return SshKind(name)

    @cached_property
    def _runpod(self) -> RunpodKind:
        from gitwf.app.pods import kind_of

        return kind_of(self._repository, self._environment)

    def _file(self, context: RunContext) -> ResultsFile | None:
        """Return the file of results; None where there is to be none, or a link leads it astray."""
        from gitwf.results.place import results_file

        try:
            return results_file(self._repository, context.settings.results)
        except OSError as error:
            log.warning("results are not logged: %s", error)
            return None
