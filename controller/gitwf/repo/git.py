"""The `git` program as a function: bytes in, bytes out, and its refusals as errors for people."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

import msgspec

from gitwf.repo.environment import Surroundings, of_program
from gitwf.repo.errors import (
    GitError,
    GitMissingError,
    GitTooOldError,
    NotARepositoryError,
    StorageFullError,
)

MINIMUM = (2, 36)
"""The first git with ``core.fsync`` (records must outlive a power cut) and ``cat-file --batch-command``.
Every system that ships a Python as new as ours has a newer one."""

_PATIENCE = 600.0  # seconds
_USAGE_ERROR = 129
_STORAGE_FULL = re.compile(
    rb"No space left on device|Out of diskspace|Disk quota exceeded|File too large"
)
_NO_REPOSITORY = re.compile(rb"not a git repository", re.IGNORECASE)
_PREFIX = re.compile(r"^(fatal|error): ", re.MULTILINE)


Listening = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Has a function called, as long as the context lasts, when what goes on is to be stopped."""


class Outcome(msgspec.Struct, frozen=True):
    """How a git process ended."""

    status: int
    stdout: bytes
    stderr: bytes


class Git:
    """The git program, run in ``directory``; without ``surroundings`` with nothing of the caller's git."""

    def __init__(self, directory: Path, surroundings: Surroundings | None = None) -> None:
        self.directory = directory
        self._surroundings = surroundings or of_program()

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run ``git arguments…`` and return what it wrote.

        Raises `GitError` with git's words when it fails; `StorageFullError` where that was why.
        """
        outcome = self.attempt(*arguments, stdin=stdin)
        if outcome.status:
            self.refuse(arguments[0], outcome)
        return outcome.stdout

    def attempt(
        self,
        *arguments: str,
        stdin: bytes = b"",
        patience: float | None = None,
        listening: Listening | None = None,
    ) -> Outcome:
        """Run ``git arguments…`` and return how it ended, well or badly.

        After ``patience`` seconds it is killed with all that it has started, and `GitError` raised; and so it is
        when who is ``listening`` hears that it shall end.
        """
        patience = patience or _PATIENCE
        with self.start(*arguments) as process, (listening or _unheard)(partial(_kill, process)):
            try:
                stdout, stderr = process.communicate(stdin, patience)
            except subprocess.TimeoutExpired:
                _kill(process)
                raise GitError(
                    f"`git {arguments[0]}` did not end within {patience:g} seconds",
                    f"see what holds it up in `{self.directory}`",
                ) from None
        return Outcome(process.returncode, stdout, stderr)

    def start(self, *arguments: str, quiet: bool = False) -> subprocess.Popen[bytes]:
        """Start ``git arguments…`` with pipes on all sides, for those who talk with it.

        It stands in a session of its own: an interrupt at the keyboard is for us to answer, and no
        program that it starts can ask at the terminal. ``quiet`` throws away what it says on
        standard error: for long talks, in which nobody reads it.
        """
        try:
            return subprocess.Popen(
                ["git", *self._surroundings.options, *arguments],
                cwd=self.directory,
                env=self._surroundings.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if quiet else subprocess.PIPE,
                start_new_session=True,
            )
        except (FileNotFoundError, NotADirectoryError):
            if not self.directory.is_dir():
                raise NotARepositoryError(f"there is no folder `{self.directory}`") from None
            raise GitMissingError(
                "there is no `git` program on the PATH",
                f"install git {_dotted(MINIMUM)} or newer",
            ) from None

    def refuse(self, command: str, outcome: Outcome) -> NoReturn:
        """Raise the error that says why ``git command`` failed."""
        if _STORAGE_FULL.search(outcome.stderr) or outcome.status == -signal.SIGXFSZ:
            raise StorageFullError(
                f"no room left to write into `{self.directory}`",
                "free some space there; nothing is half written",
            )
        if _NO_REPOSITORY.search(outcome.stderr):
            raise NotARepositoryError(
                f"`{self.directory}` is not in a git repository",
                "go to your project's folder, or make it one with `git init`",
            )
        if outcome.status == _USAGE_ERROR:
            self.require_version()
        words, hint = words_of(outcome.stderr.decode(errors="replace"))
        raise GitError(f"`git {command}` failed: {words or f'status {outcome.status}'}", hint)

    def version(self) -> tuple[int, ...]:
        """Return the version of the git program: ``(2, 39, 5)``."""
        words = self.run("version").decode()
        found = re.search(r"\d+(?:\.\d+)+", words)
        return tuple(int(part) for part in found[0].split(".")) if found else ()

    def require_version(self) -> None:
        """Raise `GitTooOldError` where git is older than `MINIMUM`.

        Asked only after git did not know an option, so that it costs nothing where all is well.
        """
        version = self.version()
        if version < MINIMUM:
            raise GitTooOldError(
                f"git {_dotted(version)} is too old",
                f"install git {_dotted(MINIMUM)} or newer",
            )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _unheard(_: Callable[[], None]) -> AbstractContextManager[None]:
    return nullcontext()


def words_of(stderr: str) -> tuple[str, str | None]:
    """Return what git says (its first paragraph, as one line) and what it advises, or None.

    Advice is a command that stands by itself, indented, or else the paragraphs that follow.
    """
    first, *rest = _PREFIX.sub("", stderr.strip()).split("\n\n")
    commands = [line.strip() for text in rest for line in text.splitlines() if line[:1] == "\t"]
    advice = f"run `{commands[0]}`" if commands else " ".join(" ".join(rest).split())
    return "; ".join(first.splitlines()), advice or None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
