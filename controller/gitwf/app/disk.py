"""How full the disk of the DVC cache is."""

from __future__ import annotations

import shutil
from pathlib import Path

from gitwf.data.errors import DataError
from gitwf.data.project import Project
from gitwf.repo.repository import Repository

_MUCH = 0.8
"""The part of a disk above which people should know of it."""


def crowded(repository: Repository) -> str | None:
    """Return a sentence where the disk of the repository's cache is nearly full, or None."""
    folder = _cache(repository)
    disk = shutil.disk_usage(folder)
    room = disk.used + disk.free  # as `df` counts: without what is kept for the system
    part = disk.used / room if room else 0.0
    if part < _MUCH:
        return None
    return f"the disk of `{folder}` is {part:.0%} full: `git wf gc`, and then `dvc gc`, free some of it"


def _cache(repository: Repository) -> Path:
    """Return the folder of the cache, or the nearest above it that is there."""
    root = repository.main_tree or repository.state_dir
    try:
        wanted = Project.open(root).cache.root
    except DataError:
        wanted = root
    return next(folder for folder in (wanted, *wanted.parents) if folder.exists())
