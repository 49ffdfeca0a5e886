"""A clone that acts: its repository, its records, and what plays runs in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from gitwf.config.settings import Settings
from gitwf.data.facts import CommitFiles, FileFacts
from gitwf.reconcile.heard import Heard
from gitwf.records.clock import Clock
from gitwf.records.store import Records
from gitwf.repo.obstacle import Obstacle, obstacle
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from gitwf.data.meter import Meter
    from gitwf.engine.commands.extension import Extension
    from gitwf.engine.run import Runner


class Clone:
    """A repository with its records and its runner. ``environment`` is what commands may get.

    ``meter`` is told how far the reading and writing of large files has come.
    ``heard`` knows how other clones' runs are, ``is_sharing`` is whether it acts for all who share a
    remote, ``is_announced`` whether others know of a run.
    """

    def __init__(
        self,
        repository: Repository,
        environment: Mapping[str, str],
        extension: Extension,
        clock: Clock | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.repository = repository
        self.records = Records(repository, clock)
        self.environment = environment
        self._extension = extension
        self._meter = meter
        self.heard = Heard(repository, self.records.clock)
        self.is_sharing = False
        self.is_announced: Callable[[str], bool] = lambda _: True

    @cached_property
    def runner(self) -> Runner:
        """What plays runs; most commands need none, and it is large."""
        from gitwf.engine.run import Runner

        return Runner(self.repository, self.records, self.environment, self._extension, self._meter)

    def obstacle(self, commit: str, settings: Settings) -> Obstacle | None:
        """Return why no workspace of ``commit`` can be laid out as its ``settings`` say, or None."""
        return obstacle(self.repository, commit, settings.workspace.filters)

    def facts(self, commit: str) -> FileFacts:
        """Return the facts about the files of ``commit``."""
        return FileFacts(CommitFiles(self.repository.objects, commit))
