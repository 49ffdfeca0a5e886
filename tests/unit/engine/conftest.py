"""Runs of small workflows: real processes, a real journal, in a working tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.app.run import Prospect, RunOptions, prospect
from gitwf.app.session import Session
from gitwf.diagnostics import has_errors
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.stop import Stop
from gitwf.records.event import Event, StepFinished, decode
from gitwf.records.fold import RunRecord
from gitwf.records.journal import path_of, read

if TYPE_CHECKING:
    from tests.conftest import Folder


class Play:
    """Plays workflows in the working tree of one repository.

    Commands write what they were called as into the file `log`, with `/log`.
    """

    def __init__(self, folder: Folder) -> None:
        folder.commit({"README.md": "words\n"})
        self.path = folder.path
        self.environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
        self.stop = Stop()
        self.given: Mapping[str, str] = {}
        self.prospect: Prospect | None = None
        self._folder = folder

    def __call__(self, workflow: str, listener: Listener | None = None) -> RunRecord:
        """Play ``workflow`` to its end."""
        self._folder.write({"main.wf": f"{LOG}{workflow}\n"})
        session = Session(self.path, self.environment)
        options = RunOptions(here=True, effects=True, given=self.given)
        self.prospect = prospect(session, session.clone(), "main.wf", options)
        assert not has_errors(self.prospect.warnings.diagnostics)
        return self.again(listener)

    def again(self, listener: Listener | None = None) -> RunRecord:
        """Play the same run again, as a controller does that finds it not ended."""
        assert self.prospect is not None
        clone = Session(self.path, self.environment).clone()
        settings = self.prospect.configured.settings
        return clone.runner.play(
            self.prospect.request, settings, self.stop, listener or (lambda _: None)
        )

    @property
    def journal(self) -> Path:
        """The journal of the run."""
        assert self.prospect is not None
        state = Session(self.path, self.environment).repository().state_dir
        return path_of(state, self.prospect.request.id)

    def events(self) -> list[Event]:
        """Return the events of the run, as they were written."""
        return read(self.journal)

    def forget(self, events: int) -> None:
        """Cut the last ``events`` events off, as a crash before them would have."""
        lines = self.journal.read_bytes().splitlines(keepends=True)
        self.journal.write_bytes(b"".join(lines[:-events]))

    def log(self) -> list[str]:
        """Return what `/log` was called with, in order."""
        path = self.path / "log"
        return path.read_text().splitlines() if path.exists() else []

    def kept(self, record: RunRecord, name: str) -> bytes | None:
        """Return a file as the run's ref has it."""
        return Session(self.path, self.environment).clone().records.runs.file(record.run, name)

    def text(self, name: str) -> str:
        """Return the content of a file of the workspace."""
        return (self.path / name).read_text()


LOG = """\
define:/log text code:int=0
  ↳ run → echo $text >> log; echo $text; exit $code

"""


@pytest.fixture
def play(folder: Folder) -> Play:
    """Play workflows in a fresh repository."""
    return Play(folder)


class Steps:
    """The steps of a run, for comparison."""

    def __init__(self, record: RunRecord) -> None:
        self.bodies = [
            body
            for raw in record.steps
            if isinstance(body := decode(bytes(raw)).body, StepFinished)
        ]

    def outcomes(self) -> list[tuple[str, str, str]]:
        """Return step id, command and status of each."""
        return [(body.step, body.command, body.status) for body in self.bodies]

    def results(self) -> list[object]:
        """Return the results, decoded."""
        return [msgspec.json.decode(body.result) for body in self.bodies]


@pytest.fixture
def steps() -> type[Steps]:
    """Look into the steps of a record: ``steps(record).outcomes()``."""
    return Steps
