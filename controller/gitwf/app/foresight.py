"""What would become of each command of a workflow: executed, restored, or an effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from gitwf.app.plannedcalls import PlannedCall, effects_of, planned_calls
from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts
from gitwf.data.forecast import Foresight, foresee, left_by
from gitwf.data.hashes import HashInfo
from gitwf.data.project import Project
from gitwf.engine.stages.safekeeping import Safekeeping
from gitwf.language.program import Program
from gitwf.plan.stage import Stage
from gitwf.records.event import StepFinished, decode
from gitwf.records.store import Records
from gitwf.repo.content import places
from gitwf.repo.repository import Repository

ALWAYS = "a command without outs always runs"
EFFECT = "an effect is done in every run"
UNKNOWN = "it depends on values of the run"

_LOOK_BACK = 10
"""Runs that are looked through for how long a command took."""


class PlannedStep(msgspec.Struct, frozen=True):
    """A command that would be called, and what would become of it.

    ``does`` is ``executed``, ``restored``, ``effect``, ``fails`` or ``unknown``; ``reason`` says why. ``perhaps``: it
    depends on how others end, or on a condition. ``env`` is what an effect changes, ``target``, with its
    ``options``, where it would run, ``seconds`` how long it took when it was last executed.
    """

    command: str
    args: tuple[str, ...]
    does: str
    reason: str
    perhaps: bool
    target: str
    env: str | None = None
    seconds: float | None = None
    options: Mapping[str, str] = {}


class Seer:
    """Foresees the steps of workflows; ``facts`` are about the files of ``commit``."""

    def __init__(
        self, repository: Repository, records: Records, facts: FileFacts, commit: str
    ) -> None:
        self._root = repository.main_tree
        self._large = places(repository, commit)
        self._records = records
        self._facts = facts
        self._projects: dict[str, Project | None] = {}

    def steps(self, program: Program) -> Iterator[PlannedStep]:
        """Yield the steps of ``program``, built-in commands left out."""
        took = self._took(program.file.path)
        effects = effects_of(program)
        written: dict[str, HashInfo | None] = {}
        for call in planned_calls(program, self._facts):
            env = effects.get(call.name)
            does, reason = self._foreseen(call, env, written)
            name = call.spelling
            seconds = took.get((name, call.args))
            yield PlannedStep(
                name,
                call.args,
                does,
                reason,
                call.perhaps,
                call.target.name,
                env,
                seconds,
                call.target.options,
            )

    def _foreseen(
        self, call: PlannedCall, env: str | None, written: dict[str, HashInfo | None]
    ) -> tuple[str, str]:
        """Return what becomes of a call, and why; note in ``written`` what it leaves."""
        if call.invocation is None:
            return ("effect", EFFECT) if env else ("unknown", UNKNOWN)
        stage = call.invocation.stage
        seen = self._look(stage, written) if stage else Foresight(ALWAYS)
        if stage is not None:
            written.update(left_by(stage, seen.entry))
        if seen.fails:
            return "fails", seen.reason
        if env is not None:
            return "effect", EFFECT
        return "restored" if seen.entry else "executed", seen.reason

    def _look(self, stage: Stage, written: Mapping[str, HashInfo | None]) -> Foresight:
        project = self._project(stage.root)
        if project is None:
            return Foresight("there is no DVC cache here to look into")
        return foresee(project, self._facts, stage, written, self._large)

    def _project(self, root: str) -> Project | None:
        if root not in self._projects:
            self._projects[root] = self._open(root)
        return self._projects[root]

    def _open(self, root: str) -> Project | None:
        if self._root is None:
            return None
        try:
            project = Project.open(self._root / root)
        except DataError:
            return None
        Safekeeping(self._records.clone).adopt(project)
        return project

    def _took(self, workflow: str) -> dict[tuple[str, tuple[str, ...]], float]:
        """Return how long commands took, by name and arguments, when they were executed last."""
        listed = (run.record for run in self._records.runs.newest())
        of_it = [r.run for r in listed if r.workflow == workflow and r.is_over][:_LOOK_BACK]
        took: dict[tuple[str, tuple[str, ...]], float] = {}
        for run in reversed(of_it):
            for step in self._records.runs.read(run).steps:
                body = decode(bytes(step)).body
                if (
                    isinstance(body, StepFinished)
                    and body.status == "succeeded"
                    and not body.cached
                ):
                    took[body.command, body.args] = body.seconds
        return took
