"""A secret goes into the process that named it, and nowhere else: not even while that runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start
    from tests.e2e.ssh.conftest import Box

    WaitFor = Callable[[Callable[[], list[Path]]], list[Path]]

SECRET = "hunter2-is-the-word"  # noqa: S105
WORKFLOW = """\
define:/use
  ↳ run     → test "$$API_TOKEN" = "$$(printf hunter2-is-%s the-word)" && echo $$API_TOKEN; touch started; until [ -e go ]; do sleep 0.05; done; ln started out.txt
  ↳ outs    → out.txt
  ↳ deps    → params.yaml
  ↳ secrets → API_TOKEN
  ↳ target  → ssh:box
/use
"""


def test_it_is_nowhere(
    remote: Project, box: Box, start: Start, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", SECRET)
    remote.commit({"workflows/main.wf": WORKFLOW, "params.yaml": "rate: 1\n"})
    process = start("run", "workflows/main.wf", cwd=remote.path)
    (begun,) = wait_for(lambda: list(box.workdir.rglob("started")))
    assert SECRET not in arguments()
    there = {path for path in files(box.server.folder) if SECRET.encode() in path.read_bytes()}
    assert {path.name for path in there} == {"out"}, "the job itself has printed it"
    (begun.parent / "go").touch()
    assert process.end().status == 0
    found = [p for p in files(remote.path, box.server.folder) if SECRET.encode() in p.read_bytes()]
    assert found == []
    assert SECRET not in remote.git("log", "--all", "-p", "--format=%B%N")
    assert "***" in remote.done("logs", remote.log()[0].run)


def arguments() -> str:
    """Return the command lines of all processes of this machine."""
    shown = subprocess.run(
        ["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True, check=True
    )
    return shown.stdout


def files(*folders: Path) -> Iterable[Path]:
    for folder in folders:
        for at, _, names in os.walk(folder):
            yield from (path for name in names if (path := Path(at) / name).is_file())
