"""`git wf results`: the file of results, as tables and pictures."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gitwf.app.session import Session, UsageError
from gitwf.config.settings import Settings
from gitwf.data.facts import CommitFiles, FileFacts, TreeFiles
from gitwf.reconcile.configure import configure
from gitwf.repo.repository import Repository
from gitwf.results.entry import Entry
from gitwf.results.file import Broken, ResultsFile
from gitwf.results.place import results_file
from gitwf.results.plot import SUFFIXES, NoLibraryError, draw
from gitwf.results.points import points
from gitwf.results.select import Wanted, chosen, metric_names, usual_metric
from gitwf.results.select import best as pick


class Found(msgspec.Struct, frozen=True):
    """What was looked for in the file at ``path``: in the order of the file, and what is no result."""

    path: Path
    entries: list[Entry]
    broken: list[Broken]

    def table(self, wanted: Wanted, most: int | None) -> list[Entry]:
        """Return what a table shows: the best first where a metric is wanted, else the newest first."""
        return chosen(self.entries, wanted, most)


def look(session: Session, wanted: Wanted) -> Found:
    """Return the results that are wanted.

    Raises:
        UsageError: if this repository keeps no file of results.
    """
    file = _file(session)
    broken: list[Broken] = []
    entries = [entry for entry in file.entries(broken.append) if wanted.fits(entry)]
    return Found(file.path, entries, broken)


def best(found: Found, wanted: Wanted) -> Entry | None:
    """Return the best of what was found; None where there is none.

    Raises:
        UsageError: if it is not clear by which metric.
    """
    metric = _metric(found, wanted)
    return pick(found.entries, metric, least=wanted.least) if metric else None


def plot(session: Session, found: Found, wanted: Wanted, name: str) -> str:
    """Draw what was found into the file ``name``; return the metric that it shows.

    Raises:
        UsageError: if there is nothing to draw, nothing to draw with, or no such kind of picture.
    """
    path = session.directory / name
    if path.suffix not in SUFFIXES:
        raise UsageError(f"`{name}` is no kind of picture", "name it `….svg` or `….png`")
    metric = _metric(found, wanted)
    shown = points(found.entries, metric) if metric else None
    if metric is None or shown is None or not shown.values:
        raise UsageError(f"there is no result{wanted.words()} to draw", "run what measures first")
    try:
        draw(shown, metric, path, least=wanted.least)
    except NoLibraryError:
        raise UsageError("no library is here that draws", "pip install 'git-wf[plot]'") from None
    return metric


def _metric(found: Found, wanted: Wanted) -> str | None:
    """Return the metric that is meant, or None where there are no results."""
    if wanted.metric is not None or not found.entries:
        return wanted.metric
    names = metric_names(found.entries)
    metric = usual_metric(names)
    if metric is None and names:
        listed = ", ".join(f"`{name}`" for name in names)
        raise UsageError(f"which metric? There are {listed}", "name one with `--metric`")
    return metric


def _file(session: Session) -> ResultsFile:
    repository = session.repository()
    file = results_file(repository, _settings(repository).results)
    if file is None:
        raise UsageError("`[results] file` in `wf.toml` is empty", "give it a name to keep results")
    return file


def _settings(repository: Repository) -> Settings:
    """Return the settings of the working tree, or of a bare repository's HEAD."""
    if repository.work_tree is not None:
        return configure(FileFacts(TreeFiles(repository.work_tree))).settings
    head = repository.commit("HEAD")
    if head is None:
        return Settings()
    return configure(FileFacts(CommitFiles(repository.objects, head.id))).settings
