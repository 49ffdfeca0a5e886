"""A job as a folder: what it is to run, and what is known of it.

===============  ==============================================================================
``spec.json``    what was asked for and since which start of the machine, there before all else
``pid``          the process id of the wrapper, which leads the job's session, and when that was
                 started; whoever makes the file plays the job, so that nothing is started twice
``out, err``     what the command printed, byte for byte; no ``out`` where a pipe took it
``result``       what it wrote to the file that ``WF_RESULT`` names
``exit.new``     room for the exit status, taken before the job begins: a full disk loses none
``turn``         the lock of who plays it, if it is on another machine: one process at a time
``place``        where it is, if on another machine, before it begins there
``unreachable``  that its machine cannot be reached, since when and why
``owed``         it was cancelled, and its machine does not know that yet
``ended``        there when the command has ended on another machine, and what it wrote is on its way
``lost``         why nobody knows how it ended, where that is known
``stopped``      why its target ended it before it was done
``exit``         its exit status; written whole, by rename, last: only this file means "ended"
===============  ==============================================================================

A job may do to its folder what it likes: what is no plain file reads as nothing.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from gitwf.targets.files import Files


class JobSpec(msgspec.Struct, frozen=True):
    """What a job runs: an argument list, where, with what around it.

    On this machine ``environment`` is the whole environment of the command, on another one what is
    added to that which is there; the target sets ``WF_RESULT`` in it. ``secrets`` names the variables
    of it that no file may hold. ``files`` are those of the workspace that it needs elsewhere: what
    lies in that, ``directory`` and variables, is then put where it is there. Without them
    ``directory`` is a path there, empty for the home.
    """

    argv: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]
    secrets: frozenset[str] = frozenset()
    files: Files | None = None


class Streams(msgspec.Struct, frozen=True):
    """Pipes that a job reads and writes, as file descriptors of this process.

    Without ``stdin`` its standard input is empty. Without ``stdout`` its standard output is the
    file `out`; with it there is no such file, unless ``kept`` asks for both.
    """

    stdin: int | None = None
    stdout: int | None = None
    kept: bool = False


class Exit(msgspec.Struct, frozen=True):
    """How a job ended. ``status`` None: it is lost, nobody knows (killed, power cut)."""

    status: int | None


NO_STREAMS = Streams()


class TakenError(Exception):
    """Another clone plays the run of a job now: it is not ours to end, to wait for, or to begin again."""


class Job(Protocol):
    """A job that was started, by this controller or by one before it."""

    folder: JobFolder

    def wait(self) -> Exit:
        """Block until the job has ended. May be called by one thread only.

        Raises:
            OSError: if it could not be begun after all, or what it wrote not be brought back.
            TakenError: if another clone plays its run now.
        """

    def cancel(self, grace: float) -> None:
        """Ask all of the job's processes to end; kill what is left after ``grace`` seconds.

        Asking again does nothing, but with less grace they have less; returns at once.
        """


class Target(Protocol):
    """A place where jobs run."""

    def prepare(self, folder: Path, spec: JobSpec) -> None:
        """Make the folder of a job that is not started yet, on the disk when this returns.

        Raises:
            StorageFullError: if there is no room for it.
            OSError: if it cannot be written.
        """

    def start(self, folder: Path, spec: JobSpec, streams: Streams = NO_STREAMS) -> Job:
        """Start the job, or adopt it where it was begun already, by whomever.

        An adopted job keeps the pipes that it has.

        Raises:
            StorageFullError: if there is no room for the folder.
            OSError: if it cannot be written, no process be started, or nobody can tell
                whether one that was begun goes on.
            ValueError: if an argument or variable holds a NUL.
        """

    def adopt(self, folder: Path) -> Job:
        """Return the job in ``folder``, which somebody began; it may have ended.

        Raises:
            OSError: if nobody can tell whether it goes on.
        """


_STATUS = re.compile(rb"(\d{1,3}) *\n")


class JobFolder:
    """Reads a job's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = f"{path}/"

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
        return _status(self.read("exit"))

    def is_over(self) -> bool:
        """Return whether the command has ended, though what it wrote may still be elsewhere."""
        return self.exit_status() is not None or os.path.lexists(f"{self._base}ended")

    def end(self) -> int | None:
        """Make ``exit`` of a job whose wrapper is gone, if it left that to others; return the status."""
        status = _status(self.read("exit.new"))
        if status is None:
            return self.exit_status()
        with suppress(OSError):
            (self.path / "exit.new").rename(self.path / "exit")
        return status

    def is_begun(self) -> bool:
        """Return whether a wrapper has taken the job."""
        return os.path.lexists(f"{self._base}pid")

    def began(self) -> float | None:
        """Return when a wrapper took the job, in seconds since the epoch, or None."""
        return _modified(f"{self._base}pid")

    def lasted(self) -> float | None:
        """Return the seconds from when a wrapper took the job to its end, or None before that."""
        began, ended = self.began(), _modified(f"{self._base}exit")
        return None if began is None or ended is None else max(0.0, ended - began)

    def pid(self) -> int | None:
        """Return the process id of the wrapper, or None where it never came that far."""
        first, _, _ = self.read("pid").partition(b"\n")
        return int(first) if first.isdigit() else None

    def since(self) -> str:
        """Return what the wrapper wrote beside its process id: when it was started."""
        _, _, rest = self.read("pid").partition(b"\n")
        return " ".join(rest.decode("ascii", "replace").split())

    def read(self, name: str, offset: int = 0, limit: int = 1 << 20) -> bytes:
        """Return up to ``limit`` bytes of a file of the folder from byte ``offset``."""
        descriptor = _open(f"{self._base}{name}")
        if descriptor is None:
            return b""
        try:
            return os.pread(descriptor, limit, offset)
        finally:
            os.close(descriptor)

    def tail(self, name: str, limit: int = 4096) -> str:
        """Return the end of ``out`` or ``err`` as text; what is no UTF-8 is replaced."""
        return self.read(name, max(0, self.size(name) - limit), limit).decode("utf-8", "replace")

    def size(self, name: str) -> int:
        """Return the size of a file of the folder in bytes; 0 where it is not there."""
        try:
            return (self.path / name).stat().st_size
        except OSError:
            return 0


def opened(path: Path) -> BinaryIO | None:
    """Open a plain file for reading; None where there is none. A FIFO does not make it wait."""
    descriptor = _open(path)
    return None if descriptor is None else os.fdopen(descriptor, "rb")


def _modified(path: str) -> float | None:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return None


def _open(path: Path | str) -> int | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def _status(said: bytes) -> int | None:
    """Return the exit status that a file says; None where it was not written whole."""
    whole = _STATUS.fullmatch(said)
    return int(whole[1]) if whole else None
