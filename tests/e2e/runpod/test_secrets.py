"""The API key, the keys of pods and secrets are where they are needed, and nowhere else: not even meanwhile."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start
    from tests.e2e.runpod.conftest import Cloud

    WaitFor = Callable[[Callable[[], object]], object]

SECRET = b"hunter2-is-the-word"
WORKFLOW = """\
on:commit
define:/use
  ↳ run     → env > seen; test "$$API_TOKEN" = "$$(printf hunter2-is-%s the-word)" && grep -v API_TOKEN seen > out.txt; echo $$API_TOKEN; echo begun; sleep 3
  ↳ outs    → out.txt
  ↳ secrets → API_TOKEN
  ↳ target  → runpod
/use
"""


def test_they_are_nowhere(
    rented: Project,
    runpod: Cloud,
    start: Start,
    wait_for: WaitFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = runpod.emulator.key.encode()
    monkeypatch.setenv("API_TOKEN", SECRET.decode())
    rented.commit({"workflows/main.wf": WORKFLOW}, "Use")
    process = start("reconcile", cwd=rented.path)
    wait_for(lambda: [p for p in rented.path.glob(".git/wf/runs/*/jobs/*/out") if p.stat().st_size])
    there = list(environments())
    assert there
    assert [text for text in there if key in text] == []
    jobs = [text for text in there if b"WF_RESULT=" in text]
    assert jobs
    assert [text for text in jobs if b"RUNPOD_API_KEY=" in text] == []
    assert [text for text in (key, SECRET) if text in arguments()] == []
    assert holding(key, rented.path, runpod.emulator.state) == []
    (ours,) = rented.path.glob(".git/wf/pods/*/key")
    assert holding(ours.read_bytes().splitlines()[2], runpod.emulator.state) == []
    assert set(holding(SECRET, rented.path, runpod.emulator.state)) <= {"out", "seen"}
    assert process.end().status == 0
    for secret in (key, SECRET):
        assert holding(secret, rented.path, runpod.emulator.state) == []
        assert secret.decode() not in rented.git("log", "--all", "-p", "--format=%B%N")
    assert holding(b"PRIVATE KEY", rented.path / ".git" / "wf") == []
    said = rented.done("logs", "latest")
    assert "***" in said
    assert SECRET.decode() not in said
    (asked,) = (pod["env"] for pod in runpod.emulator.pods())
    assert isinstance(asked, dict)
    assert "API_TOKEN" not in asked


def environments() -> Iterator[bytes]:
    """Yield the environment of each process in a pod."""
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            text = place.read_bytes()
            if b"RUNPOD_POD_ID=" in text:
                yield text


def arguments() -> bytes:
    """Return the command lines of all processes of this machine."""
    command = ["ps", "-A", "-ww", "-o", "args="]
    return subprocess.run(command, capture_output=True, check=True).stdout


def holding(secret: bytes, *folders: Path) -> list[str]:
    """Return the names of the files in ``folders`` that hold ``secret``."""
    found: list[str] = []
    for folder in folders:
        for at, _, names in os.walk(folder):
            for path in (Path(at) / name for name in names):
                with suppress(OSError):
                    if path.is_file() and not path.is_symlink() and secret in path.read_bytes():
                        found.append(path.name)
    return found
