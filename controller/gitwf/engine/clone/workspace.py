"""The workspace of a run: a worktree of its own, with the repository's one DVC cache."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from gitwf.config.settings import Settings
from gitwf.data.errors import DataError
from gitwf.data.project import Project, prepare_workspace
from gitwf.repo import disk, spare, worktree
from gitwf.repo.content import Conversions, obtain
from gitwf.repo.git import Listening
from gitwf.repo.repository import Repository


def prepare(
    repository: Repository,
    path: Path,
    commit: str,
    settings: Settings,
    roots: Iterable[str] = (".",),
    listening: Listening | None = None,
) -> None:
    """Lay out ``commit`` at ``path``; one that an earlier playing laid out whole is left alone.

    ``settings`` say what it gets beside the commit, ``roots`` are where it may hold DVC projects. Who is
    ``listening`` can stop what takes long.
    """
    ready = path.with_name(f"{path.name}.ready")
    if ready.exists():
        return
    if path.exists():
        worktree.remove(repository, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = Conversions(settings.workspace.filters, settings.controller.remote)
    contents = obtain(repository, commit, wanted, listening)
    if not spare.take(repository, path, commit):
        worktree.add(repository, path, commit)
    contents.put(path)
    main = repository.main_tree
    if main is not None:
        worktree.link(main, path, settings.workspace.link)
    for root in roots:
        if (path / root / ".dvc").is_dir():
            cache = None if main else repository.state_dir / "dvc"
            prepare_workspace(_project(main and main / root), path / root, cache)
    ready.touch()


def take_over(repository: Repository, old: Path, path: Path) -> bool:
    """Make the workspace of a run that ended that of its retry; return whether it has its files.

    A crash in between costs them: the retry gets a fresh workspace then.
    """
    ready, former = (at.with_name(f"{at.name}.ready") for at in (path, old))
    if ready.exists():
        return ready.read_text() == old.name
    if not former.exists():
        worktree.remove(repository, old)
        return False
    former.unlink()
    worktree.move(old, path)
    disk.replace(ready, old.name.encode())
    return True


def put_by(repository: Repository, path: Path) -> None:
    """Remove the workspace of a run that ended; of a large one the next gets the files."""
    if spare.is_wanted(repository, path):
        path.with_name(f"{path.name}.ready").unlink(missing_ok=True)
        spare.put_by(repository, path)
    else:
        discard(repository, path)


def discard(repository: Repository, path: Path) -> None:
    """Remove a workspace with all that is in it."""
    path.with_name(f"{path.name}.ready").unlink(missing_ok=True)
    worktree.remove(repository, path)


def _project(main: Path | None) -> Project | None:
    if main is None:
        return None
    with contextlib.suppress(DataError):
        return Project.open(main)
    return None
