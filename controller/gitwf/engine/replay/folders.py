"""Where the jobs of a run are: a folder for each step, and a further one each time its job was lost."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from gitwf.targets.job import JobFolder
from gitwf.targets.registry import place_of


def newest_folder(run: Path, step: str) -> Path:
    """Return the folder of the job of ``step`` that was begun last, or of the first that will be."""
    return job_folder(run, step, losses(run, step))


def next_folder(run: Path, step: str) -> Path:
    """Return the folder for a further job of ``step``, where the one before it was lost."""
    return job_folder(run, step, losses(run, step) + 1)


def open_folders(run: Path) -> list[Path]:
    """Return the folders of the jobs of a run that were begun and have not said that they ended."""
    folders = map(JobFolder, sorted((run / "jobs").glob("[!.]*")))
    begun = (f for f in folders if f.is_begun() or place_of(f.path) is not None)
    return [f.path for f in begun if f.exit_status() is None]


def losses(run: Path, step: str) -> int:
    """Return how often the job of ``step`` was lost and begun again. A crash forgets none."""
    further = (_place(run, step, lost) for lost in itertools.count(1))
    return sum(1 for _ in itertools.takewhile(os.path.lexists, further))


def job_folder(run: Path, step: str, lost: int) -> Path:
    """Return the folder of the job of ``step`` that was begun after so many were lost."""
    return Path(_place(run, step, lost))


def _place(run: Path, step: str, lost: int) -> str:
    name = step.replace("/", ".")
    return f"{run}/jobs/{name}.lost{lost}" if lost else f"{run}/jobs/{name}"
