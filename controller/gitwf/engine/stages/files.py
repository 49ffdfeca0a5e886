"""What a command needs of its workspace on another machine: the commit's files, and what it reads."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from gitwf.data.errors import DataError
from gitwf.data.hasher import Hasher
from gitwf.data.ignore import Ignore
from gitwf.data.project import Project
from gitwf.engine.stages.freight import commit_items, read_items
from gitwf.engine.unit.scope import OutsideError, inside
from gitwf.plan.stage import Out, Stage
from gitwf.repo.errors import RepositoryError
from gitwf.targets.files import Item


class StageFiles:
    """The `Files` of a DVC stage. ``project`` gives its project when that is needed."""

    def __init__(self, workspace: Path, stage: Stage, project: Callable[[], Project]) -> None:
        self.root = workspace
        self._stage = stage
        self._given = project

    @cached_property
    def outs(self) -> Sequence[str]:
        """What comes back after success: all of its outs."""
        return [self._place(out) for out in self._stage.outs]

    @cached_property
    def kept(self) -> Sequence[str]:
        """What comes back after any end: outs that persist, such as checkpoints."""
        return [self._place(out) for out in self._stage.outs if out.persist]

    @property
    def folders(self) -> Sequence[str]:
        """Where it works and writes."""
        parents = (posixpath.dirname(path) for path in self.outs)
        return [
            folder
            for folder in dict.fromkeys([self._stage.place, *parents])
            if folder not in {"", "."}
        ]

    def items(self) -> Sequence[Item]:
        """Return the commit's files and what the stage reads: deps, params, outs that persist."""
        stage, project = self._stage, self._project
        reads = [*stage.deps, *stage.params]
        paths = [project.resolve(stage.wdir, path) for path in reads]
        paths += [self.root / path for path in self.kept if (self.root / path).exists()]
        return _items(self.root, project.hasher, project.ignore, paths)

    def held(self, md5: str) -> Path | None:
        """Return the object of the cache with this md5, if it is whole."""
        objects = self._project.cache.objects
        return objects.path(md5) if objects.size(md5) is not None else None

    @cached_property
    def _project(self) -> Project:
        return self._given()

    def _place(self, out: Out) -> str:
        full = self._project.resolve(self._stage.wdir, out.path)
        return full.relative_to(self.root).as_posix()


class CommandFiles:
    """The `Files` of a command that is no stage: nothing of what it writes is known.

    ``deps`` are relative to ``directory``, where it works.
    """

    outs: Sequence[str] = ()
    kept: Sequence[str] = ()

    def __init__(self, workspace: Path, directory: Path, deps: Iterable[str]) -> None:
        self.root = workspace
        self._directory = directory
        self._deps = deps

    @property
    def folders(self) -> Sequence[str]:
        """Where it works."""
        place = self._directory.relative_to(self.root).as_posix()
        return () if place == "." else (place,)

    def items(self) -> Sequence[Item]:
        """Return the commit's files and the command's deps."""
        ignore = Ignore(self.root)
        paths = [self._dep(path) for path in self._deps]
        return _items(self.root, Hasher(ignore), ignore, paths)

    def held(self, md5: str) -> Path | None:  # noqa: ARG002 - nothing comes back
        """Return None: nothing comes back."""
        return None

    def _dep(self, path: str) -> Path:
        full = self._directory / path
        try:
            inside(self.root, str(full))
        except OutsideError as error:
            raise FilesError(str(error)) from None
        if not full.exists():
            raise FilesError(f"its dep `{path}` is not there")
        return Path(os.path.normpath(full))


class FilesError(OSError):
    """The files that a command needs elsewhere cannot be had."""


def _items(root: Path, hasher: Hasher, ignore: Ignore, paths: Iterable[Path]) -> list[Item]:
    try:
        found = {item.path: item for item in commit_items(root, ignore, hasher)}
        for path in paths:
            for item in read_items(root, path, hasher):
                found.setdefault(item.path, item)
    except (DataError, RepositoryError) as error:
        raise FilesError(str(error)) from None
    return list(found.values())
