"""A git repository to measure in, with nothing of the user's configuration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.timing import Work

DEADLINE = 60.0


class Place:
    """A repository with a branch `main`, made at ``root``. ``variables`` are added to its environment."""

    def __init__(self, root: Path, **variables: str) -> None:
        self.root = root
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "WF_"))},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "bench",
            "GIT_AUTHOR_EMAIL": "bench@example.org",
            "GIT_COMMITTER_NAME": "bench",
            "GIT_COMMITTER_EMAIL": "bench@example.org",
            "DVC_NO_ANALYTICS": "1",
            **variables,
        }
        root.mkdir(parents=True)
        self.run("git", "init", "--quiet", "--initial-branch=main")

    def run(self, *command: str) -> str:
        """Run a command here and return what it printed; it must succeed."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, files: dict[str, str]) -> None:
        """Write files by their paths."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def work(self, *command: str, before: Callable[[], object] = lambda: None) -> Work:
        """Return a whole command here, which must succeed, as something to measure."""
        return Work(lambda: self.run(*command), before)

    def demand_shown(self, steps: int) -> None:
        """See that the newest run is on record, that it succeeded and that it has so many steps."""
        newest = json.loads(self.run("git", "wf", "log", "-n", "1", "--json"))[0]["run"]
        shown = json.loads(self.run("git", "wf", "show", newest, "--json"))
        if (shown["status"], len(shown["steps"])) != ("succeeded", steps):
            sys.exit(f"run {newest} {shown['status']}, with {len(shown['steps'])} steps")

    def timed(self, *command: str) -> float:
        """Return the seconds that a command takes; it must succeed."""
        begun = time.monotonic()
        self.run(*command)
        return time.monotonic() - begun


def wait_until(done: Callable[[], bool]) -> None:
    """Return when ``done`` says so, looking every millisecond."""
    deadline = time.monotonic() + DEADLINE
    while not done():
        if time.monotonic() > deadline:
            sys.exit("nothing happened for a minute")
        time.sleep(0.001)
