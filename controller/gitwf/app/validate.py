"""`git wf validate`: the diagnostics of workflow files. Runs nothing, imports nothing of theirs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gitwf.app.session import UsageError
from gitwf.diagnostics import Diagnostic, Located, Source, locate, ordered, render


class Findings(msgspec.Struct, frozen=True):
    """What was found in some files, sorted, with the texts that the diagnostics point into."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    files: int

    def located(self) -> list[Located]:
        """Return the diagnostics with lines and columns."""
        return [locate(d, self.sources[d.path]) for d in self.diagnostics]

    def rendered(self) -> list[str]:
        """Return the diagnostics as a terminal shows them."""
        return [render(d, self.sources[d.path]) for d in self.diagnostics]


def validate(directory: Path, paths: Iterable[str]) -> Findings:
    """Check the files at ``paths`` (relative to ``directory``); none: all of the repository.

    Raises:
        UsageError: if there is no file at a path.
    """
    from gitwf.data.facts import FileFacts, TreeFiles
    from gitwf.reconcile.configure import configure
    from gitwf.reconcile.examine import examine

    root = root_of(directory)
    facts = FileFacts(TreeFiles(root))
    configured = configure(facts)
    found = list(configured.diagnostics)
    sources = {configured.source.path: configured.source}
    chosen = [_inside(root, directory, path) for path in paths] or workflow_files(root)
    for path in chosen:
        if not (root / path).is_file():
            raise UsageError(f"there is no file `{path}`", "name a `.wf` file of this repository")
        examined = examine(path, facts, configured.settings)
        found += examined.diagnostics
        sources.update(examined.sources)
    return Findings(tuple(ordered(found)), sources, len(chosen))


def root_of(directory: Path) -> Path:
    """Return the top of the working tree that ``directory`` is in, or else ``directory`` itself."""
    here = directory.resolve()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    return here


def workflow_files(root: Path) -> list[str]:
    """Return the `.wf` files below ``root``, sorted; hidden folders are left out."""
    found: list[str] = []
    waiting = [root]
    while waiting:
        for entry in waiting.pop().iterdir():
            if entry.name.startswith("."):
                continue
            if entry.is_dir() and not entry.is_symlink():
                waiting.append(entry)
            elif entry.suffix == ".wf":
                found.append(entry.relative_to(root).as_posix())
    return sorted(found)


def _inside(root: Path, directory: Path, path: str) -> str:
    full = (directory / path).resolve()
    if full.is_relative_to(root):
        return full.relative_to(root).as_posix()
    return posixpath.normpath(path)
