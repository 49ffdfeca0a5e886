"""What the checker asks of a working tree, read without DVC: a hook runs before each commit."""

from __future__ import annotations

import os
import posixpath
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitwf.language.agentfiles import AGENTS, named
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.document import from_yaml
from gitwf.language.stagename import StageName

STAGES, SETTINGS, SCRIPTS = "dvc.yaml", "wf.toml", "commands"
_SUFFIXES = frozenset({"", ".sh", ".py"})


class BrokenFileError(Exception):
    """A file that says what a repository has cannot be read: a line for people."""


class WorkTree:
    """The files of a working tree, by paths relative to its top."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def text(self, path: str) -> str | None:
        """Return the file at ``path`` as text, or None; bytes that are no UTF-8 are marked."""
        try:
            return (self._root / path).read_bytes().decode("utf-8", "surrogateescape")
        except (OSError, ValueError):
            return None

    def workflows(self) -> list[str]:
        """Return the paths of the workflow files in git's index, sorted."""
        listing = ["git", "ls-files", "-z", "--", "*.wf"]
        done = subprocess.run(listing, cwd=self._root, check=True, capture_output=True)
        return sorted(os.fsdecode(done.stdout).split("\0")[:-1])

    def surroundings(self) -> Surroundings:
        """Return what the checker may know of the repository.

        Raises:
            BrokenFileError: if `dvc.yaml` or `wf.toml` cannot be read.
        """
        settings = self._settings()
        return Surroundings(
            stages=self._stages("."),
            scripts=self._scripts(),
            droids=frozenset(self._droids()),
            targets=_names(settings, "target"),
            environments=_names(settings, "env") or None,
            secrets=_names(settings, "secrets"),
        )

    def stages_among(self, commands: Iterable[str]) -> frozenset[str]:
        """Return which ``commands`` mean stages of other folders, or members of a group.

        Of a group every member counts: DVC alone knows them, once its templates are resolved.

        Raises:
            BrokenFileError: if a `dvc.yaml` cannot be read.
        """
        meant = {name: StageName.of(name) for name in commands if {":", "@"} & set(name)}
        return frozenset(
            n for n, stage in meant.items() if stage.group in self._stages(stage.folder)
        )

    def _settings(self) -> dict[str, object]:
        try:
            return tomllib.loads(self.text(SETTINGS) or "")
        except tomllib.TOMLDecodeError as error:
            raise BrokenFileError(f"{SETTINGS}: {error}") from None

    def _stages(self, folder: str) -> frozenset[str]:
        path = posixpath.normpath(posixpath.join(folder, STAGES))
        text = None if path.startswith("..") else self.text(path)
        if text is None:
            return frozenset()
        try:
            return _names(from_yaml(text), "stages")
        except ValueError as error:
            raise BrokenFileError(f"{path}: {error}") from None

    def _scripts(self) -> frozenset[str]:
        folder = self._root / SCRIPTS
        files = folder.iterdir() if folder.is_dir() else ()
        return frozenset(
            file.stem
            for file in files
            if file.suffix in _SUFFIXES and file.is_file() and os.access(file, os.X_OK)
        )

    def _droids(self) -> Iterator[str]:
        for folder in AGENTS:
            files = (self._root / folder).glob("*")
            paths = (file.relative_to(self._root).as_posix() for file in files)
            yield from (name for name, _ in named(folder, paths))


def _names(document: object, table: str) -> frozenset[str]:
    entries = document.get(table) if isinstance(document, dict) else None
    return frozenset(map(str, entries)) if isinstance(entries, dict) else frozenset()
