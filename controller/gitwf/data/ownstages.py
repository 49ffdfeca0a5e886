"""The repository's own stages: those of its `dvc.yaml` files, in whichever DVC project each is."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gitwf.plan.stage import FILE, Stage

if TYPE_CHECKING:
    from gitwf.data.dvcyaml import Beside
    from gitwf.data.templates import Read


class OwnStages:
    """The stages of some files, by folder; each `dvc.yaml` is read once.

    ``read`` gives the text of the file at a path in the repository, or None; ``has`` says whether
    there is one.
    """

    def __init__(self, read: Read, has: Callable[[str], bool]) -> None:
        self._read = read
        self._has = has
        self._known: dict[str, Mapping[str, Stage | str]] = {}

    def of(self, folder: str) -> Mapping[str, Stage | str]:
        """Return the stages of a folder's `dvc.yaml`; one that cannot be played is its reason.

        Raises `BrokenFileError`: the file cannot be read.
        """
        if folder not in self._known:
            self._known[folder] = self._stages(posixpath.normpath(folder))
        return self._known[folder]

    def _stages(self, folder: str) -> Mapping[str, Stage | str]:
        if folder.startswith(("..", "/")):
            return {}
        text = self._read(posixpath.normpath(posixpath.join(folder, FILE)))
        if text is None:
            return {}
        from gitwf.data.dvcyaml import apart, read_stages

        known = apart(read_stages(text, self._beside(folder))).items()
        return {n: s if isinstance(s, Stage) else str(s.reason) for n, s in known}

    def _beside(self, folder: str) -> Beside:
        from gitwf.data import dvcconfig
        from gitwf.data.dvcyaml import Beside

        root = next((at for at in _upwards(folder) if self._has(f"{at}/.dvc/config")), ".")
        name = posixpath.normpath(f"{root}/.dvc/config")
        settings = dvcconfig.parse(self._read(name) or "", Path(name))
        return Beside(
            lambda path: self._read(posixpath.normpath(posixpath.join(root, path))),
            posixpath.relpath(folder, root),
            root,
            settings.get("parsing", {}),
        )


def _upwards(folder: str) -> Iterator[str]:
    """Yield ``folder`` and those that it is in, but for the repository's root."""
    while folder not in {"", "."}:
        yield folder
        folder = posixpath.dirname(folder)
