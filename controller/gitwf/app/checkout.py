"""`git wf checkout`: brings a run's outs back into the working tree."""

from __future__ import annotations

from collections.abc import Iterable

from gitwf.app.history import find
from gitwf.app.session import Session, UsageError
from gitwf.data.checkout import checkout_entries
from gitwf.data.project import Project
from gitwf.records.store import Records


def checkout(session: Session, run: str, paths: Iterable[str]) -> list[str]:
    """Put the outs of ``run`` (all, or those at ``paths``) in place; return their paths.

    `dvc.yaml`, `dvc.lock` and `.gitignore` are merged, so that `dvc status` agrees.

    Raises:
        UsageError: if the run has no outs, or there is no working tree.
        DataError: if they cannot be had.
    """
    repository = session.repository()
    records = Records(repository)
    runs = records.runs
    if repository.work_tree is None:
        raise UsageError("a bare repository has no working tree", "clone it first")
    id_ = find(repository, records, run)
    lock, stages = runs.file(id_, "dvc.lock"), runs.file(id_, "dvc.yaml")
    if lock is None or stages is None:
        raise UsageError(f"run `{id_}` has no outs", "only commands with outs or metrics have")
    project = Project.open(repository.work_tree)
    return checkout_entries(project, lock.decode(), stages.decode(), tuple(paths) or None)
