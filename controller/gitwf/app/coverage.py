"""The runs that `[keep]` covers, and whether what they need is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitwf.config.settings import Settings
from gitwf.data.errors import DataError
from gitwf.data.facts import CommitFiles, FileFacts
from gitwf.data.meter import Meter
from gitwf.data.project import Project
from gitwf.engine.clone.artifacts import check_artifacts
from gitwf.engine.stages.safekeeping import Safekeeping
from gitwf.reconcile.configure import configure
from gitwf.records.check.finding import Finding
from gitwf.records.retention import retained
from gitwf.records.store import Records
from gitwf.repo.repository import Repository


def covered(repository: Repository, records: Records) -> frozenset[str]:
    """Return the runs that `[keep]` of HEAD's `wf.toml` covers."""
    runs = [run.record for run in records.runs.newest()]
    environments = records.environments
    history = {env: environments.history(env) for env in environments.names()}
    return retained(runs, history, settings_of(repository).keep, records.clock.now())


def damage(
    repository: Repository, records: Records, meter: Meter | None = None
) -> Iterator[Finding]:
    """Yield what is wrong with the objects of the runs that `[keep]` covers.

    They may be missing where the remote has them, or another clone.
    """
    projects = projects_of(repository, records, meter)
    kept = covered(repository, records)
    for run in records.runs.newest():
        record = run.record
        if record.run in kept and record.is_over and record.restorable != "no":
            here = record.restorable == "here" and record.owner == records.owner
            yield from check_artifacts(projects, records, record.run, missing=here)


def settings_of(repository: Repository) -> Settings:
    """Return what HEAD's `wf.toml` says."""
    head = repository.resolve("HEAD")
    if head is None:
        return Settings()
    return configure(FileFacts(CommitFiles(repository.objects, head))).settings


def projects_of(
    repository: Repository, records: Records, meter: Meter | None = None
) -> list[Project]:
    """Return the DVC projects of the main tree, whose caches all runs share, with what is kept."""
    root = repository.main_tree
    return [] if root is None else list(_opened(root, records, meter))


def _opened(root: Path, records: Records, meter: Meter | None) -> Iterator[Project]:
    for folder in _dvc_folders(root):
        with suppress(DataError):
            project = Project.open(folder.parent, meter)
            Safekeeping(records.clone).adopt(project)
            yield project


def _dvc_folders(root: Path) -> Iterator[Path]:
    """Yield the `.dvc` folders of the tree at ``root``."""
    for path, folders, _ in os.walk(root):
        if ".dvc" in folders:
            yield Path(path, ".dvc")
        folders[:] = [name for name in folders if not name.startswith(".")]
