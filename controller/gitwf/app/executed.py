"""What the stages of one run were executed with, as its `dvc.lock` and `dvc.yaml` say."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cached_property

from gitwf.data import dvcyaml, lockfile
from gitwf.data.entry import Entry
from gitwf.data.errors import DataError
from gitwf.plan.plan import decode
from gitwf.plan.stage import Stage
from gitwf.records.event import StepFinished
from gitwf.records.runs import PLAN, Runs, UnknownRunError


class Executed:
    """The stages of ``run``: all that its files hold results of."""

    def __init__(self, runs: Runs, run: str) -> None:
        self._runs = runs
        self._run = run

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """What each stage was executed with, by name; none where that cannot be read."""
        try:
            return lockfile.parse(self._text(lockfile.NAME)).entries()
        except DataError:
            return {}

    def stage_of(self, step: StepFinished) -> str | None:
        """Return the stage that a step played: the one whose outs it wrote."""
        outs = {(out.path, out.hash) for out in step.outs}
        for name, entry in self.entries.items():
            if outs and outs == {(out.path, out.content.md5) for out in entry.outs}:
                return name
        return None

    def like(self, stage: str, wanted: Entry) -> Entry | None:
        """Return what ``stage`` was executed with; one of another name is known by its outs."""
        if (found := self.entries.get(stage)) is not None:
            return found
        paths = [out.path for out in wanted.outs]
        same = (e for e in self.entries.values() if [out.path for out in e.outs] == paths)
        return next(same, None)

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
            written = dvcyaml.read_stages(self._text(dvcyaml.NAME))
        except DataError:
            written = {}
        plan = self._text(PLAN)
        own = decode(plan.encode()).stages.values() if plan else ()
        return {**written, **{stage.name: stage for stage in own}}

    def _text(self, path: str) -> str:
        """Return a file of the run; empty where it has none, or is too new to have a ref."""
        try:
            data = self._runs.file(self._run, path)
        except UnknownRunError:
            data = None
        return (data or b"").decode("utf-8", "replace")
