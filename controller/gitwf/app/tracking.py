"""Has runs tracked in MLflow, where the settings of their commit ask for it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitwf.config.settings import Mlflow
    from gitwf.engine.commands.builtin import Body
    from gitwf.engine.jobs.context import RunContext
    from gitwf.engine.unit.observer import Observer
    from gitwf.repo.repository import Repository
    from gitwf.tracking.beside import Beside
    from gitwf.tracking.outbox import Outbox


class Tracking:
    """Tracks runs of ``repository``; ``environment`` is the controller's own, with MLflow's variables."""

    def __init__(self, repository: Repository, environment: Mapping[str, str]) -> None:
        self._repository = repository
        self._environment = environment
        self._beside: Beside | None = None
        self._lock = threading.Lock()

    def bodies(self, context: RunContext) -> Mapping[str, Body]:
        """Return what the built-in commands do, by their names."""
        from gitwf.tracking.builtins import MlflowCommands

        outbox = None if context.settings.mlflow is None else self._outbox(context)
        return MlflowCommands(context, outbox, self._wake).bodies()

    def observer(self, context: RunContext, settings: Mlflow) -> Observer:
        """Return who hears of a run for MLflow."""
        from gitwf.repo.exclude import exclude
        from gitwf.tracking.beside import Beside
        from gitwf.tracking.place import FOLDER, ITS_FILES, target_of
        from gitwf.tracking.tracker import Tracker

        repository = self._repository
        root = repository.work_tree or repository.state_dir
        target = target_of(settings, self._environment, root)
        if target.uri.startswith("sqlite:") and repository.work_tree is not None:
            exclude(repository, ITS_FILES)
        with self._lock:
            if self._beside is None:
                folder, quick = repository.state_dir / FOLDER, target.uri.startswith("http")
                self._beside = Beside(folder, root, self._environment, quick=quick)
        return Tracker(context, target, self._outbox(context), self._wake)

    def _outbox(self, context: RunContext) -> Outbox:
        from gitwf.tracking.outbox import Outbox
        from gitwf.tracking.place import FOLDER

        return Outbox(self._repository.state_dir / FOLDER / context.id)

    def _wake(self) -> None:
        if self._beside is not None:
            self._beside.wake()
