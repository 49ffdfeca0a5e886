"""The default DVC remote of a project, as far as it is set up, through a process that does the copying."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from weakref import finalize

import msgspec

from gitwf.data.dvcconfig import Sections
from gitwf.data.errors import DataError
from gitwf.data.transfer import Answer, Request

_SECTION = re.compile(r'remote\s*"(.*)"')


class RemoteError(DataError):
    """The remote cannot be asked."""


class Remote:
    """The remote ``name``; ``options`` are those of all remotes, by name.

    Its process is started at the first request. Safe for threads: one request at a time.
    """

    def __init__(self, name: str, options: Mapping[str, Mapping[str, str]]) -> None:
        self.name = name
        self.options = options
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def is_set_up_as(self, other: Remote) -> bool:
        """Return whether it is the same as ``other`` to whoever asks it."""
        return (self.name, self.options) == (other.name, other.options)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.options[self.name].get("url", "")

    def put(self, files: Iterable[tuple[Path, str]]) -> Mapping[str, str]:
        """Bring files to their names in the remote; return those that failed, and why.

        Raises `RemoteError`: none could be tried.
        """
        return self._ask(put=True, files=files)

    def get(self, files: Iterable[tuple[Path, str]]) -> Mapping[str, str]:
        """Bring files from their names in the remote; return those that failed, and why.

        Raises `RemoteError`: none could be tried.
        """
        return self._ask(put=False, files=files)

    def interrupt(self) -> None:
        """Have the request that goes on fail, now."""
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End the process, whatever it does; nothing more can be asked."""
        self._closed = True
        self.interrupt()

    def _ask(self, *, put: bool, files: Iterable[tuple[Path, str]]) -> Mapping[str, str]:
        request = Request(put, tuple((str(path), name) for path, name in files))
        with self._lock:
            answer = self._answer(msgspec.json.encode(request))
        if answer.problem is not None:
            raise RemoteError(f"the remote `{self.name}` cannot be used: {answer.problem}")
        return answer.failed

    def _answer(self, request: bytes) -> Answer:
        if self._closed:
            return Answer(problem="it is closed")
        try:
            process = self._started()
        except OSError as error:
            return Answer(problem=str(error))
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(request + b"\n")
            process.stdin.flush()
            return msgspec.json.decode(process.stdout.readline(), type=Answer)
        except (BrokenPipeError, msgspec.DecodeError):
            _end(process)
            self._process = None
            return Answer(problem="what copies ended in the middle")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gitwf.data.transfer"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "DVC_NO_ANALYTICS": "1"},
                start_new_session=True,
            )
            finalize(self, _end, self._process)
            assert self._process.stdin is not None  # noqa: S101  (it is a pipe)
            settings = {**self.options, "": {"name": self.name}}
            self._process.stdin.write(msgspec.json.encode(settings) + b"\n")
        return self._process


def default_remote(config: Sections) -> Remote | None:
    """Return the remote that DVC's configuration calls the default, or None."""
    name = config.get("core", {}).get("remote", "").lower()
    options = {
        found[1].lower(): values
        for section, values in config.items()
        if (found := _SECTION.fullmatch(section))
    }
    return Remote(name, options) if name in options else None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
