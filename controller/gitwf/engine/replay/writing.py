"""Writes the files of redirects into the workspace, each once however often a run is played."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Protocol

from gitwf.engine.replay.files import write_output
from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.steps import Recorder
from gitwf.engine.unit.outcome import Output
from gitwf.engine.unit.scope import name_of
from gitwf.records.event import FileAppending, FileKept
from gitwf.repo.disk import room


class Shelf(Protocol):
    """Keeps files with the run."""

    def keep(self, path: str) -> None:
        """Keep a file of the workspace with the run."""


class Writer:
    """Writes files of one run; branches take turns.

    To write a file whole a second time does no harm; to add to it would. So its size is journaled
    before, and where an earlier playing ended in between, another size says that it had been done.
    """

    def __init__(self, workspace: Path, recorder: Recorder, memory: Memory, shelf: Shelf) -> None:
        self._workspace = workspace
        self._recorder = recorder
        self._memory = memory
        self._shelf = shelf
        self._lock = threading.Lock()
        self._added = {
            (known.step, known.path)
            for known in memory.appending()
            if _size(workspace / known.path) != known.size
        }

    def write(self, step: str, path: str, output: Output, *, append: bool) -> None:
        """Write ``output`` into the file ``path``, unless ``step`` has, and keep it with the run.

        Raises:
            OSError: if it cannot be written, or leads out of the workspace.
            StorageFullError: if there is no room for it.
        """
        name = name_of(self._workspace, path)
        with self._lock:
            if self._memory.kept(step, name) is None:
                self._write(step, name, output, append=append)
        self._shelf.keep(name)

    def _write(self, step: str, name: str, output: Output, *, append: bool) -> None:
        target = self._workspace / name
        if (step, name) in self._added:
            self._added.remove((step, name))
        else:
            if append:
                self._recorder.emit(FileAppending(step, name, _size(target)))
            with room(target):
                write_output(self._workspace, name, output, append=append)
        self._recorder.emit(FileKept(step, name, _hash(target)))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
