"""`git wf demo`: lays out a real little project to try everything on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from gitwf.app.session import Session, UsageError
from gitwf.app.shipped import shipped
from gitwf.repo.git import Git

_PROJECT = "workflows/digits"
_PASSED_OVER = ("__pycache__", ".dvc", ".git")


def demo(session: Session, folder: str) -> list[str]:
    """Lay out the digits project in ``folder``, a git repository of its own; return its files.

    Raises:
        UsageError: if the folder holds something already.
    """
    target = session.directory / folder
    if target.exists() and any(target.iterdir()):
        raise UsageError(f"`{folder}` is not empty", "name a folder that is not there yet")
    ignore = shutil.ignore_patterns(*_PASSED_OVER)
    shutil.copytree(shipped(_PROJECT), target, ignore=ignore, dirs_exist_ok=True)
    Git(target).run("init", "--quiet", "--initial-branch=main")
    return sorted(_files(target))


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and relative.parts[0] != ".git":
            yield relative.as_posix()
