"""DVC projects for the tests of data: real files, no `dvc`, which is slow to start."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.data.execute import Saved, begin, save
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.plan.stage import Stage


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a `.dvc` in it, and a `.git` to be its top."""
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    (root / ".git" / "info").mkdir(parents=True)
    return root


@pytest.fixture
def project(root: Path) -> Project:
    return Project.open(root)


@pytest.fixture
def write(root: Path) -> Callable[[dict[str, str | bytes]], None]:
    """Return a function that writes files of the project by path."""

    def write_files(files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write_files


@pytest.fixture
def execute(root: Path) -> Callable[[Stage], Saved]:
    """Return a function that executes a stage whatever its look says, as the engine does."""

    def run(stage: Stage) -> Saved:
        project = Project.open(root)
        seen = look(project, stage)
        begin(project, stage)
        assert isinstance(stage.cmd, str)
        subprocess.run(["/bin/sh", "-c", stage.cmd], cwd=root / stage.wdir, check=True)
        return save(project, stage, seen)

    return run
