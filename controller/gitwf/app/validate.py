"""`git wf validate`: the diagnostics of workflow files. Runs nothing, imports nothing of theirs."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gitwf.app.parts import in_parts
from gitwf.diagnostics import Diagnostic, Located, Source, locate, ordered, render

if TYPE_CHECKING:
    from gitwf.reconcile.examine import Examined


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


def validate(directory: Path, paths: Iterable[str], cores: int = 1) -> Findings:
    """Check the files at ``paths`` (relative to ``directory``), or in them; none: all there are.

    On more than one of the ``cores`` only where this process has a single thread (`in_parts`).

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
    chosen = chosen_files(root, directory, paths)

    def examined(part: Sequence[str]) -> Findings:
        return _all_of((examine(path, facts, configured.settings) for path in part), len(part))

    for findings in in_parts(examined, chosen, cores):
        found += findings.diagnostics
        sources.update(findings.sources)
    return Findings(tuple(ordered(found)), sources, len(chosen))


def _all_of(examined: Iterable[Examined], files: int) -> Findings:
    """Return what was found in so many workflows, with the texts that it points into and no others."""
    found: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    for one in examined:
        found += one.diagnostics
        sources |= {d.path: one.sources[d.path] for d in one.diagnostics}
    return Findings(tuple(found), sources, files)


def chosen_files(root: Path, directory: Path, paths: Iterable[str]) -> list[str]:
    """Return the files that ``paths`` name, relative to ``root``.

    A folder stands for the workflow files below it, no path for all below ``root``.

    Raises:
        UsageError: if there is no file at a path.
    """
    found: dict[str, None] = {}
    for path in [path_in(root, directory, path) for path in paths] or [""]:
        if (root / path).is_dir():
            found |= dict.fromkeys(
                posixpath.join(path, file) for file in workflow_files(root / path)
            )
        elif (root / path).is_file():
            found[path] = None
        else:
            from gitwf.app.session import UsageError

            raise UsageError(f"there is no file `{path}`", "name a `.wf` file of this repository")
    return list(found)


def root_of(directory: Path) -> Path:
    """Return the top of the working tree that ``directory`` is in, or else ``directory`` itself."""
    here = directory.resolve()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    return here


def workflow_files(root: Path) -> list[str]:
    """Return the `.wf` files below ``root``, relative to it and sorted, but for hidden folders."""
    found: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                path = posixpath.join(folder, entry.name)
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                elif path.endswith(".wf"):
                    found.append(path)
    return sorted(found)


def path_in(root: Path, directory: Path, path: str) -> str:
    """Return ``path``, which is relative to ``directory``, relative to ``root``."""
    full = (directory / path).resolve()
    if full.is_relative_to(root):
        return full.relative_to(root).as_posix()
    return posixpath.normpath(path)
