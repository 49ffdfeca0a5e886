"""Submodules as they are in a clone: the git folders that `git submodule update` has made in its `modules/`.

Nothing of a commit's `.gitmodules` is spoken with; it says under which name a submodule is here, and no name leads out of
`modules/` (gitsubmodules(7), gitmodules(5)).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gitwf.repo.environment import of_program
from gitwf.repo.git import Git

if TYPE_CHECKING:
    from gitwf.repo.repository import Repository

FILE = ".gitmodules"
_PATHS = r"^submodule\..*\.path$"


class Submodules:
    """The submodules of commits of ``repository``. Threads may share it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._names: dict[str, Mapping[str, str]] = {}
        self._known: dict[Path, Repository] = {}

    def of(self, commit: str) -> dict[str, tuple[str, Repository | None]]:
        """Return the submodules of ``commit`` by path: the commit of each, and its repository.

        That is None where it, or the commit, is not here.
        """
        modules = self._repository.landmarks.of(commit).modules
        if not modules:
            return {}
        names = self._named(commit)
        found = {path: (id_, self._place(names.get(path))) for path, id_ in modules.items()}
        return {path: (id_, self._at(id_, place)) for path, (id_, place) in found.items()}

    def close(self) -> None:
        """End the processes that read their objects."""
        for repository in self._known.values():
            repository.close()

    def _named(self, commit: str) -> Mapping[str, str]:
        """Return the names of the submodules of ``commit``, by path."""
        entry = self._repository.objects.entry(commit, FILE)
        if entry is None or entry.mode == "120000":
            return {}
        if entry.id not in self._names:
            words = ("config", "-z", "--no-includes", "--blob", entry.id, "--get-regexp", _PATHS)
            said = os.fsdecode(self._repository.git.attempt(*words).stdout)
            pairs = (line.partition("\n")[::2] for line in said.split("\0"))
            names = {path: key[len("submodule.") : -len(".path")] for key, path in pairs}
            self._names[entry.id] = names
        return self._names[entry.id]

    def _place(self, name: str | None) -> Path | None:
        """Return where the git folder of that ``name`` would be; None where the name leads elsewhere."""
        if not name or not {"", ".", ".."}.isdisjoint(name.replace("\\", "/").split("/")):
            return None
        return self._repository.common_dir / "modules" / name

    def _at(self, commit: str, place: Path | None) -> Repository | None:
        """Return the repository whose git folder is ``place``, if it has ``commit``."""
        if place is None or not (place / "HEAD").is_file():
            return None
        if place not in self._known:
            self._known[place] = _opened(place, self._repository)
        own = self._known[place]
        return own if own.objects.root(commit) else None


def lay_out(repository: Repository, path: Path, commit: str) -> None:
    """Write the files of ``commit`` into the folder ``path``, as git keeps them; git knows nothing of it there."""
    from tempfile import TemporaryDirectory

    from gitwf.repo.worktree import plain_git

    path.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="git-wf-") as folder:
        index = str(Path(folder) / "index")
        git = plain_git(repository, path, GIT_WORK_TREE=str(path), GIT_INDEX_FILE=index)
        git.run("read-tree", "-u", "--reset", commit)


def _opened(place: Path, parent: Repository) -> Repository:
    """Return the repository of a submodule, as one without a working tree: that is another's."""
    from gitwf.repo.repository import Place, Repository

    known = Place(
        git_dir=place,
        common_dir=place,
        work_tree=None,
        is_bare=True,
        is_shallow=(place / "shallow").exists(),
        object_format=parent.place.object_format,
    )
    # git insists on the working tree that its settings name, which may be gone
    places = {"GIT_DIR": str(place), "GIT_WORK_TREE": str(place)}
    return Repository(known, Git(place, of_program(places)))
