"""The facts of planning about a working tree that a run is to be compared by: with the ids that commits have."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts, TreeFiles
from gitwf.data.project import Project
from gitwf.repo.gitids import WorkingTree


class _Files(TreeFiles):
    """The files of a working tree, with the ids that git would give them."""

    def __init__(self, root: Path, tree: WorkingTree) -> None:
        super().__init__(root)
        self._tree = tree

    def id(self, path: str) -> str | None:
        """Return the id of the blob or tree at ``path``, or None; of a submodule its commit."""
        return self._tree.id(path)

    def submodule(self, path: str) -> str | None:
        """Return the path of the submodule that ``path`` is, or lies in, if nobody has changed its files."""
        return self._tree.submodule(path)

    def files(self, folder: str) -> Mapping[str, str]:
        """Return all files below ``folder`` that git tracks, or would, path to id."""
        return self._tree.files(folder)


class HereFacts(FileFacts):
    """The facts of planning about the working tree at ``root``, as `CommitFiles` would give them once it is committed."""

    def __init__(self, root: Path) -> None:
        self._tree = WorkingTree(root)
        self._root = root
        self._as_they_are = FileFacts(TreeFiles(root))
        super().__init__(_Files(root, self._tree))

    def id(self, path: str) -> str | None:
        """Return what identifies the content at ``path``, or None: git's id, or DVC's hash of what a `dvc.lock` names."""
        if self.locked(path) is not None and not self._tree.is_tracked(path):
            return self._md5(path)
        return super().id(path)

    def is_file(self, path: str) -> bool:
        """Return whether there is a file at ``path`` that git tracks, or would."""
        return super().is_file(path) and not self._tree.is_ignored(path)

    def scripts(self) -> Mapping[str, str]:
        """Return the executables of ``commands/``: command name to path; git may ignore them."""
        return self._as_they_are.scripts()

    def unfit_scripts(self) -> Mapping[str, str]:
        """Return the files of ``commands/`` that are commands but for not being executable, name to path."""
        return self._as_they_are.unfit_scripts()

    def _md5(self, path: str) -> str | None:
        with suppress(OSError, DataError):
            return self._project.hasher.of(self._root / path).md5
        return None

    @cached_property
    def _project(self) -> Project:
        return Project.open(self._root)
