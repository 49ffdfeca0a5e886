"""The wheel holds what the program needs beside its code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_shipped_is_found(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*pip, str(tmp_path), str(PROJECT)], check=True)
    (wheel,) = tmp_path.glob("git_wf-*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    assert list((tmp_path / "installed").glob("*.data/data/share/man/man1/git-wf.1"))

    def git_wf(*words: str) -> str:
        command = [sys.executable, "-m", "gitwf", *words]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, text=True, capture_output=True
        )
        return done.stdout

    assert git_wf("explain", "WF202").startswith("# WF202: unknown command\n")
    assert "digits/train.py\n" in git_wf("demo")
