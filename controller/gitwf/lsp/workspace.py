"""The files of a repository as the editor has them: an open file as it stands there."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gitwf.app.validate import root_of
from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts, TreeFiles
from gitwf.language.check.surroundings import Surroundings
from gitwf.lsp.reading import Reading
from gitwf.reconcile.configure import configure
from gitwf.reconcile.examine import examine, surroundings


class OpenFiles(TreeFiles):
    """The files of a working tree, with the texts of open ones in place of what is on disk."""

    def __init__(self, root: Path, texts: Mapping[str, str]) -> None:
        super().__init__(root)
        self._texts = texts

    def read(self, path: str) -> bytes | None:
        """Return the content of the file at ``path``, or None."""
        text = self._texts.get(posixpath.normpath(path))
        return super().read(path) if text is None else text.encode(errors="surrogateescape")


class Folder:
    """The repository that a file is in; or its folder, where it is in none."""

    def __init__(self, file: Path) -> None:
        self.root = root_of(file.parent)

    def path(self, file: Path) -> str:
        """Return the path of ``file`` in the repository."""
        return self._full(file).relative_to(self.root).as_posix()

    def holds(self, file: Path) -> bool:
        """Return whether ``file`` is in the repository."""
        return self._full(file).is_relative_to(self.root)

    @staticmethod
    def _full(file: Path) -> Path:
        return file.parent.resolve() / file.name

    def read(self, path: str, texts: Mapping[str, str]) -> Reading:
        """Read and check the workflow at ``path``; ``texts`` are those of open files, by path."""
        facts = FileFacts(OpenFiles(self.root, texts))
        settings = configure(facts).settings
        examined = examine(path, facts, settings)
        try:
            around = surroundings(facts, settings)
        except DataError:
            around = Surroundings()
        return Reading(path, examined.program, examined.diagnostics, around)


def file_of(uri: str) -> Path:
    """Return the path of a ``file:`` URI."""
    return Path(unquote(urlsplit(uri).path))
