"""Where the jobs of a run are on other machines, as its events."""

from __future__ import annotations

from collections.abc import Callable

from gitwf.engine.replay.steps import Recorder
from gitwf.records.event import JobPlaced
from gitwf.targets.registry import JobNote


def placing(recorder: Recorder) -> Callable[[JobNote], object]:
    """Return what records in the run of ``recorder`` that a job is about to be begun elsewhere."""

    def placed(note: JobNote) -> object:
        return recorder.emit(JobPlaced(note.job, note.target, note.host, note.folder, note.name))

    return placed
