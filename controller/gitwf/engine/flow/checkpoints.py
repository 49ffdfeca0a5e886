"""What runs have saved by `state:save`, found again in their refs."""

from __future__ import annotations

from gitwf.engine.flow.state import SAVE
from gitwf.records.event import StepFinished
from gitwf.records.runs import Runs


class RunCheckpoints:
    """The checkpoints of the runs of one workflow on one branch."""

    def __init__(self, runs: Runs, workflow: str, branch: str | None) -> None:
        self._runs = runs
        self._workflow = workflow
        self._branch = branch

    def find(self, path: str) -> bytes | None:
        """Return what the newest run that succeeded and saved ``path`` has saved there, or None."""
        for run in self._runs.newest():
            record = run.record
            mine = (record.workflow, record.branch) == (self._workflow, self._branch)
            if mine and record.status == "succeeded" and self._saved(record.run, path):
                return self._runs.file(record.run, path)
        return None

    def _saved(self, run: str, path: str) -> bool:
        return any(
            isinstance(event.body, StepFinished)
            and (event.body.command, event.body.args) == (SAVE, (path,))
            and event.body.status == "succeeded"
            for event in self._runs.events(run)
        )
