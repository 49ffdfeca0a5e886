"""Workflows that hand work to agents: a real repository, and a program that stands in for an agent."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.app.run import Prospect, RunOptions, play, prospect
from gitwf.app.session import Session
from gitwf.engine.unit.stop import Stop
from gitwf.records.event import Event, StepFinished, decode
from gitwf.records.fold import RunRecord

if TYPE_CHECKING:
    from tests.conftest import Folder

AGENT = Path(__file__).with_name("fake_agent.py")

CODER = """\
---
name: coder
description: Use it when: there is code to write
model: opus
---
You write code.
"""


class Step(msgspec.Struct):
    """A `droid:` step as its record has it."""

    status: str
    error: str | None
    kind: str | None
    result: dict[str, object]
    about: dict[str, object]


class Desk:
    """A repository with an agent `coder`, and what it takes to have it work."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.path = folder.path
        self.ledger = folder.path.parent / "ledger"
        self.environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
        self.stop = Stop()
        self.options = ""
        self.prospect: Prospect | None = None
        self.files: dict[str, str | bytes] = {
            "droids/coder.md": CODER,
            "train.py": "print('train')\n",
            ".gitignore": "*.log\n",
        }

    def settings(self, more: str = "") -> str:
        """Return a `wf.toml` that has the fake agent called; ``more`` are further lines of it."""
        command = [
            sys.executable,
            str(AGENT),
            "{prompt}",
            "--ledger",
            str(self.ledger),
            ["--model", "{model}"],
            ["--turns", "{turns}"],
            ["--budget", "{budget}"],
            ["--system", "{system}"],
        ]
        return f"[droid]\ncommand = {msgspec.json.encode(command).decode()}\n{more}"

    def __call__(self, workflow: str, more: str = "") -> RunRecord:
        """Commit ``workflow``, and play it to its end."""
        self.ask(workflow, more)
        return self.again()

    def ask(self, workflow: str, more: str = "") -> None:
        """Commit ``workflow``, and ask for a run of it."""
        files = {**self.files, "case.wf": workflow, "wf.toml": self.settings(more)}
        self.folder.commit(files, "Ask")
        session = Session(self.path, self.environment)
        self.prospect = prospect(session, session.clone(), "case.wf", RunOptions())

    def again(self) -> RunRecord:
        """Play the run that was asked for; after a crash, on from where it was."""
        assert self.prospect is not None
        clone = Session(self.path, self.environment).clone()
        return play(clone, self.prospect, self.stop, lambda _: None)

    @property
    def run(self) -> str:
        """The id of the run that was asked for."""
        assert self.prospect is not None
        return self.prospect.request.id

    def branch(self, name: str = "coder") -> str:
        """Return the branch of an agent in that run."""
        return f"wf/droid/{self.run}/{name}"

    def log(self, branch: str) -> list[str]:
        """Return the subjects of the commits that a branch has on top of `main`, oldest first."""
        return self.folder.git("log", "--reverse", "--format=%s", f"main..{branch}").splitlines()

    def calls(self) -> list[str]:
        """Return what agents wrote down as they began and ended."""
        return self.ledger.read_text().splitlines() if self.ledger.exists() else []

    def check_clean(self) -> None:
        """Assert that git finds nothing wrong, and that nothing is left of the agents' worktrees."""
        assert self.folder.git("fsck", "--strict", "--no-dangling") == ""
        assert self.folder.git("status", "--porcelain") == ""
        worktrees = self.folder.git("worktree", "list", "--porcelain").split("\n\n")
        places = [Path(entry.splitlines()[0].removeprefix("worktree ")) for entry in worktrees]
        assert [place for place in places if "droids" in place.parts] == []
        assert list((self.path / ".git/wf/droids").glob("*")) == []


@pytest.fixture
def desk(folder: Folder) -> Desk:
    """Have an agent work in a fresh repository."""
    return Desk(folder)


def droid_steps(record: RunRecord) -> list[Step]:
    """Return the `droid:` steps of a run."""
    return [_step(event) for event in map(decode, map(bytes, record.steps)) if _is_droid(event)]


def _is_droid(event: Event) -> bool:
    return isinstance(event.body, StepFinished) and event.body.command.startswith("droid:")


def _step(event: Event) -> Step:
    body = event.body
    assert isinstance(body, StepFinished)
    result = msgspec.json.decode(body.result)
    about = msgspec.json.decode(event.extra.get("droid", b"{}"))
    message = body.error.message if body.error else None
    kind = body.error.kind if body.error else None
    return Step(body.status, message, kind, result or {}, about)


@pytest.fixture
def steps() -> object:
    """Look into the `droid:` steps of a record."""
    return droid_steps
