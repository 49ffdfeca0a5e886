"""A job as a folder: what it is to run, and what is known of it.

=============  ==============================================================================
``spec.json``  what was asked for, written before anything starts
``pid``        the process id of the wrapper, which leads the job's session; whoever makes the
               file plays the job, so that nothing is started twice
``out, err``   what the command printed, byte for byte; no ``out`` where a pipe took it
``result``     what it wrote to the file that ``WF_RESULT`` names
``exit``       its exit status; written whole, by rename, last: only this file means "ended"
=============  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec


class JobSpec(msgspec.Struct, frozen=True):
    """What a job runs: an argument list, where, with what around it.

    ``environment`` is the whole environment of the command, not an addition. ``secrets`` names
    the variables of it that no file may hold.
    """

    argv: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]
    secrets: frozenset[str] = frozenset()


class Streams(msgspec.Struct, frozen=True):
    """Pipes that a job reads and writes, as file descriptors of this process.

    Without ``stdin`` its standard input is empty. Without ``stdout`` its standard output is the
    file `out`; with it there is no such file, unless ``kept`` asks for both.
    """

    stdin: int | None = None
    stdout: int | None = None
    kept: bool = False


class Exit(msgspec.Struct, frozen=True):
    """How a job ended. ``status`` None: it vanished without saying (killed, power cut)."""

    status: int | None


NO_STREAMS = Streams()


class Job(Protocol):
    """A job that was started, by this controller or by one before it."""

    folder: JobFolder

    def wait(self) -> Exit:
        """Block until the job has ended. May be called by one thread only."""

    def cancel(self, grace: float) -> None:
        """Ask all of the job's processes to end; kill what is left after ``grace`` seconds.

        Idempotent; returns at once.
        """


class Target(Protocol):
    """A place where jobs run."""

    def start(self, folder: Path, spec: JobSpec, streams: Streams = NO_STREAMS) -> Job:
        """Start the job, or adopt it where it was begun already, by whomever.

        An adopted job keeps the pipes that it has.

        Raises:
            OSError: if the folder cannot be written or no process be started.
            ValueError: if an argument or variable holds a NUL.
        """


class JobFolder:
    """Reads a job's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def out(self) -> Path:
        """The file with the command's standard output."""
        return self.path / "out"

    @property
    def err(self) -> Path:
        """The file with the command's standard error."""
        return self.path / "err"

    @property
    def result(self) -> Path:
        """The file that ``WF_RESULT`` names; there only if the command wrote it."""
        return self.path / "result"

    def exit_status(self) -> int | None:
        """Return the exit status, or None while the job has not said that it ended."""
        try:
            return int((self.path / "exit").read_text())
        except FileNotFoundError:
            return None

    def is_begun(self) -> bool:
        """Return whether a wrapper has taken the job."""
        return (self.path / "pid").exists()

    def pid(self) -> int | None:
        """Return the process id of the wrapper, or None where it never came that far."""
        try:
            return int((self.path / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def read(self, name: str, offset: int = 0, limit: int = 1 << 20) -> bytes:
        """Return up to ``limit`` bytes of ``out`` or ``err`` from byte ``offset``."""
        try:
            with (self.path / name).open("rb") as file:
                file.seek(offset)
                return file.read(limit)
        except FileNotFoundError:
            return b""

    def tail(self, name: str, limit: int = 4096) -> str:
        """Return the end of ``out`` or ``err`` as text; what is no UTF-8 is replaced."""
        try:
            size = (self.path / name).stat().st_size
        except FileNotFoundError:
            return ""
        return self.read(name, max(0, size - limit), limit).decode("utf-8", "replace")
