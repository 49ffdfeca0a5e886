"""Our hooks as pre-commit itself runs them, in real repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder

PROJECT = Path(__file__).resolve().parents[3]


class Committer:
    """Somebody who commits in a repository that has pre-commit's hook installed."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def install(self, config: str) -> None:
        """Commit ``config`` as `.pre-commit-config.yaml`, and install its hooks."""
        self.folder.write({".pre-commit-config.yaml": config})
        self.folder.git("add", "--all")
        self.folder.git("commit", "--quiet", "--message", "Check each commit")
        self.run("pre-commit", "install")

    def commit(self, files: dict[str, str | bytes]) -> tuple[int, str]:
        """Try to commit ``files``; return git's status and what it and the hooks said."""
        self.folder.write(files)
        self.folder.git("add", "--all")
        done = self.run("git", "commit", "--quiet", "--message", "Change", check=False)
        return done.returncode, done.stdout + done.stderr

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program in the repository."""
        return subprocess.run(
            words, cwd=self.folder.path, capture_output=True, text=True, check=check
        )


@pytest.fixture
def committer(folder: Folder) -> Committer:
    return Committer(folder)


@pytest.fixture
def project() -> Path:
    """Where the project is, whose `.pre-commit-hooks.yaml` is tried."""
    return PROJECT
