"""A controller that is killed at any of its calls of git, once an agent has ended: no work is lost, none done twice.

The call is real: the `git` that the controller finds first on its path counts, and kills who called it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

AGENT = Path(__file__).parents[1] / "e2e" / "droids" / "fake_agent.py"

KILLER = """\
#!/bin/sh
# Kills the controller before or after its n-th call of git since the agent has ended. Not the agent's own.
GIT={git} LEDGER={ledger} CALLS={calls}
if [ -z "$WF_RUN_ID" ] && grep -q ended "$LEDGER" 2> /dev/null; then
    echo "$1 $2 $3" >> "$CALLS"
    if [ "$(wc -l < "$CALLS")" -ge "$AT" ] && mkdir "$CALLS.killed" 2> /dev/null; then
        [ "$SIDE" = after ] && "$GIT" "$@"
        kill -KILL "$PPID"
        exit 1
    fi
fi
exec "$GIT" "$@"
"""


class Bench:
    """A repository whose commit asks for a run with an agent in it."""

    def __init__(self, folder: Folder, path: Path) -> None:
        self.folder = folder
        self.ledger, self.calls = path / "ledger", path / "calls"
        self.programs = path / "programs"
        self.programs.mkdir()
        real = {"git": shutil.which("git"), "ledger": self.ledger, "calls": self.calls}
        (self.programs / "git").write_text(KILLER.format_map(real))
        (self.programs / "git").chmod(0o755)
        command = [sys.executable, str(AGENT), "{prompt}", "--ledger", str(self.ledger)]
        folder.commit(
            {
                "droids/coder.md": "You write code.",
                "train.py": "print('train')\n",
                "wf.toml": f"[droid]\ncommand = {msgspec.json.encode(command).decode()}\n",
                "workflows/main.wf": WORKFLOW.replace("TALLY", str(path / "tally")),
            },
            "Ask",
        )
        self.tally = path / "tally"

    def kill(self, at: int, side: str) -> bool:
        """Play the run until the controller is killed; return false where it came to its end first."""
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        self.reconcile({"PATH": path, "AT": str(at), "SIDE": side})
        return self.calls.with_name("calls.killed").exists()

    def reconcile(self, extra: dict[str, str] | None = None) -> None:
        """Have a controller do what is asked for."""
        words = ["git-wf", "reconcile"]
        environment = {**os.environ, **(extra or {})}
        subprocess.run(
            words, cwd=self.folder.path, env=environment, capture_output=True, check=False
        )


WORKFLOW = """\
define:/test
  ↳ run → ls | grep -q notes && echo tested >> TALLY
droid:coder check:/test merge:squash → /work both
"""


@pytest.mark.parametrize(("side", "first"), [("before", 1), ("after", 2)])
def test_at_every_call_of_git(folder: Folder, tmp_path: Path, side: str, first: int) -> None:
    """Before every other call, and after those between: between two calls both come to the same."""
    killed, number = True, first - 2
    while killed:
        number += 2
        place = tmp_path / f"{number}"
        place.mkdir()
        copy = type(folder)(place / "work")
        subprocess.run(["git", "init", "-q", "-b", "main", str(copy.path)], check=True)
        bench = Bench(copy, place)
        killed = bench.kill(number, side)
        bench.reconcile()
        _check(bench, f"{number} {side}: {bench.calls.read_text()}")
        shutil.rmtree(place)
    assert number > 10


def _check(bench: Bench, where: str) -> None:
    """Hold the repository to what is there when nothing was killed."""
    git = bench.folder.git
    assert git("log", "--reverse", "--format=%s", "main").splitlines() == [
        "Ask",
        "coder: /work both",
    ], where
    branches = git("for-each-ref", "--format=%(refname)", "refs/heads/wf").splitlines()
    assert len(branches) == 1, where
    subjects = git("log", "--reverse", "--format=%s", f"main~1..{branches[0]}").splitlines()
    assert subjects == ["Write the feature", "Keep what coder left uncommitted"], where
    assert bench.ledger.read_text().split() == ["began", "ended"], where
    assert bench.tally.read_text().split() == ["tested"], where
    log = subprocess.run(
        ["git-wf", "log", "--json"], cwd=bench.folder.path, capture_output=True, check=True
    )
    statuses = [run["status"] for run in msgspec.json.decode(log.stdout)]
    assert statuses == ["succeeded"], where
    assert git("status", "--porcelain") == "", where
    assert git("fsck", "--strict", "--no-dangling") == "", where
    assert len(git("worktree", "list").splitlines()) == 1, where
