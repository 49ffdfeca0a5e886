"""`git wf checkout`: brings a run's outs back into the working tree."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from gitwf.app.history import find
from gitwf.app.session import Session, UsageError
from gitwf.data.checkout import checkout_entries
from gitwf.data.facts import CommitFiles, FileFacts
from gitwf.data.lockfile import NAME
from gitwf.data.meter import Meter
from gitwf.data.project import Project
from gitwf.engine.stages.safekeeping import Safekeeping
from gitwf.plan.plan import decode
from gitwf.plan.stage import Stage
from gitwf.records.store import Records
from gitwf.repo.repository import Repository

_TOP = (".", ".")


def checkout(session: Session, run: str, paths: Iterable[str]) -> list[str]:
    """Put the outs of ``run`` (all, or those at ``paths``) in place; return their paths.

    `dvc.yaml`, `dvc.lock` and `.gitignore` are merged, so that `dvc status` agrees.

    Raises:
        UsageError: if the run has no outs, or there is no working tree.
        DataError: if they cannot be had.
    """
    repository = session.repository()
    records = Records(repository)
    if repository.work_tree is None:
        raise UsageError("a bare repository has no working tree", "clone it first")
    id_ = find(repository, records, run)
    past = _Past(repository, records, id_, session.meter)
    if not past.locks:
        raise UsageError(f"run `{id_}` has no outs", "only commands with outs or metrics have")
    wanted = tuple(posixpath.normpath(path) for path in paths) or None
    return [out for place in past.locks for out in past.place(place, repository.work_tree, wanted)]


class _Past:
    """The stages of a run, by place: the DVC root in the repository, and the folder in that."""

    def __init__(self, repository: Repository, records: Records, run: str, meter: Meter) -> None:
        self._meter = meter
        runs = records.runs
        plan = runs.plan(run)
        self._own = decode(plan).stages.values() if plan else ()
        self._safekeeping = Safekeeping(records.clone)
        self._facts = FileFacts(CommitFiles(repository.objects, runs.tip(run) or ""))
        places = sorted({_TOP, *map(_place, self._own)})
        locks = ((at, runs.file(run, posixpath.normpath("/".join((*at, NAME))))) for at in places)
        self.locks = {at: lock.decode() for at, lock in locks if lock is not None}

    def place(
        self, at: tuple[str, str], tree: Path, paths: Collection[str] | None
    ) -> Iterator[str]:
        """Put the outs of the stages at one place into the working ``tree``; yield their paths."""
        root, folder = at
        below = None if paths is None else [*_below(root, paths)]
        stages = self._facts.stages(posixpath.normpath(f"{root}/{folder}"))
        own = [stage.name for stage in self._own if _place(stage) == at]
        project = Project.open(tree / root, self._meter)
        self._safekeeping.adopt(project)
        for out in checkout_entries(project, self.locks[at], stages, below, own, folder):
            yield posixpath.normpath(f"{root}/{out}")
        project.note_hashes()


def _place(stage: Stage) -> tuple[str, str]:
    return stage.root, stage.folder


def _below(root: str, paths: Iterable[str]) -> Iterator[str]:
    """Yield ``paths`` of the repository as they are called in its folder ``root``."""
    for path in paths:
        if root == "." or path.startswith(f"{root}/"):
            yield posixpath.relpath(path, root)
        elif path == "." or f"{root}/".startswith(f"{path}/"):
            yield "."
