"""What the stages that ended in one run were executed with, as its `dvc.lock` and `dvc.yaml` say."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from gitwf.data import dvcyaml, lockfile
from gitwf.data.entry import Entry
from gitwf.data.errors import DataError
from gitwf.plan.plan import decode
from gitwf.plan.stage import FILE, Stage
from gitwf.records.event import Out, StepFinished
from gitwf.records.runs import PLAN, Runs, UnknownRunError


class Executed:
    """The stages of ``run`` that were executed or restored in it.

    Its `dvc.lock` may hold others: those of its commit, which it never came to, or which failed in it.
    """

    def __init__(self, runs: Runs, run: str) -> None:
        self._runs = runs
        self._run = run

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """What each stage was executed with, by what commands call it; none where that cannot be read."""
        ended = {_written(step.outs) for step in self._steps}
        return {name: entry for name, entry in self._locked.items() if _outs(entry) in ended}

    def has_executed(self, stage: str, entry: Entry) -> bool:
        """Return whether ``stage`` was executed, with ``entry`` as its result, and not only restored."""
        mine = self.like(stage, entry)
        executed = {_written(step.outs) for step in self._steps if not step.cached}
        return mine is not None and mine.key() == entry.key() and _outs(mine) in executed

    @cached_property
    def _locked(self) -> Mapping[str, Entry]:
        """The entries of `dvc.lock` at the top and in the folders of own stages, by what commands call them."""
        folders = dict.fromkeys([".", *(stage.beside(".") for stage in self._own)])
        return {name: entry for folder in folders for name, entry in self._locked_in(folder)}

    def _locked_in(self, folder: str) -> Iterator[tuple[str, Entry]]:
        text = self._text(posixpath.normpath(f"{folder}/{lockfile.NAME}"))
        with suppress(DataError):
            for name, entry in lockfile.parse(text).entries().items():
                yield name if folder == "." else f"{folder}:{name}", entry

    @cached_property
    def _steps(self) -> Collection[StepFinished]:
        """The steps that left outs."""
        try:
            bodies = [event.body for event in self._runs.events(self._run)]
        except UnknownRunError:
            return ()
        return [body for body in bodies if isinstance(body, StepFinished) and body.outs]

    def stage_of(self, step: StepFinished) -> str | None:
        """Return the stage that a step played: the one whose outs it wrote."""
        written = _written(step.outs)
        called = step.command.removeprefix("/")
        for name in sorted(self.entries, key=lambda name: name != called):
            if _outs(self.entries[name]) == written:
                return name
        return None

    def like(self, stage: str, wanted: Entry) -> Entry | None:
        """Return what ``stage`` was executed with; one of another name is known by its outs."""
        if (found := self.entries.get(stage)) is not None:
            return found
        paths = [out.path for out in wanted.outs]
        same = (e for e in self.entries.values() if [out.path for out in e.outs] == paths)
        return next(same, None)

    def file(self, stage: str) -> str:
        """Return the `dvc.yaml` that ``stage`` stands in."""
        described = self._described.get(stage)
        return described.beside(FILE) if isinstance(described, Stage) else FILE

    def place(self, stage: str, path: str) -> str:
        """Return ``path``, which ``stage`` names, as a path of the repository."""
        described = self._described.get(stage)
        place = described.place if isinstance(described, Stage) else "."
        return posixpath.normpath(posixpath.join(place, path))

    @cached_property
    def writers(self) -> Mapping[str, str]:
        """Which stage writes what, by path of the repository."""
        return {
            self.place(name, out.path): name
            for name, entry in self.entries.items()
            for out in entry.outs
        }

    @cached_property
    def _described(self) -> Mapping[str, object]:
        """Return the stages by name: as the plan pins the repository's own, else as they are written."""
        try:
            written = dvcyaml.read_stages(self._text(FILE))
        except DataError:
            written = {}
        return {**written, **{stage.command: stage for stage in self._own}}

    @cached_property
    def _own(self) -> tuple[Stage, ...]:
        plan = self._text(PLAN)
        return tuple(decode(plan.encode()).stages.values()) if plan else ()

    def _text(self, path: str) -> str:
        """Return a file of the run; empty where it has none, or is too new to have a ref."""
        try:
            data = self._runs.file(self._run, path)
        except UnknownRunError:
            data = None
        return (data or b"").decode("utf-8", "replace")


def _written(outs: Iterable[Out]) -> frozenset[tuple[str, str]]:
    return frozenset((out.path, out.hash) for out in outs)


def _outs(entry: Entry) -> frozenset[tuple[str, str]]:
    return frozenset((out.path, out.content.md5) for out in entry.outs)
