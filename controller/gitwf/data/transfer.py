"""The process that copies files to a DVC remote and back: `python -m gitwf.data.transfer`.

A process of its own, because importing DVC's file systems takes longer than most stages. It reads requests
and writes answers, a line of JSON each; it ends when its input does. The first line is the remote's
settings, as they stand in DVC's configuration.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any

import msgspec

Settings = Mapping[str, Mapping[str, str]]
"""Options of remotes by name; that called ``""`` has the ``name`` of the one to use."""


class Request(msgspec.Struct, frozen=True):
    """Files to be copied: absolute paths here, and names below the remote's place.

    ``put``: to the remote, where they are not there already; else from it.
    """

    put: bool
    files: tuple[tuple[str, str], ...]


class Answer(msgspec.Struct, frozen=True):
    """What could not be copied, by name, and why; ``problem`` where nothing could be tried."""

    failed: Mapping[str, str] = {}
    problem: str | None = None


def main() -> None:
    """Answer requests on standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print is no answer
    _serve(sys.stdin.buffer, answers)


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    settings = json.loads(requests.readline() or b"{}")
    remote: _Remote | None = None
    for line in requests:
        try:
            remote = remote or _Remote(settings)
            answer = remote.do(msgspec.json.decode(line, type=Request))
        except Exception as error:  # noqa: BLE001  (any library may raise anything: it is an answer)
            answer = Answer(problem=_words(error))
        answers.write(msgspec.json.encode(answer) + b"\n")


class _Remote:
    """The remote of these settings."""

    def __init__(self, settings: Settings) -> None:
        from dvc.fs import get_cloud_fs

        kind, options, self._place = get_cloud_fs({"remote": settings}, name=settings[""]["name"])
        if options.get("worktree") or options.get("version_aware"):
            raise ValueError("it keeps versions in the cloud, and no objects by hash")
        self._fs: Any = kind(**options)  # DVC has no types

    def do(self, request: Request) -> Answer:
        return Answer(self._put(request.files) if request.put else self._get(request.files))

    def _put(self, files: Iterable[tuple[str, str]]) -> dict[str, str]:
        wanted = {self._path(name): (local, name) for local, name in files}
        there = self._fs.exists(list(wanted), batch_size=self._fs.jobs)
        missing = [path for path, known in zip(wanted, there, strict=True) if not known]
        for folder in {self._fs.parent(path) for path in missing}:
            self._fs.makedirs(folder, exist_ok=True)
        failed = self._copy([wanted[path][0] for path in missing], missing, put=True)
        return {wanted[path][1]: why for path, why in failed.items()}

    def _get(self, files: Iterable[tuple[str, str]]) -> dict[str, str]:
        wanted = dict(files)
        failed = self._copy([self._path(name) for name in wanted.values()], list(wanted), put=False)
        return {wanted[local]: why for local, why in failed.items()}

    def _copy(self, sources: list[str], targets: list[str], *, put: bool) -> dict[str, str]:
        """Copy files; return what went wrong, by target."""
        from dvc.fs import localfs
        from dvc_objects.fs.generic import copy

        failed: dict[str, str] = {}

        def note(_source: str, target: str, error: BaseException) -> None:
            failed[target] = _words(error)

        if sources:
            here, there = (localfs, self._fs) if put else (self._fs, localfs)
            copy(here, sources, there, targets, batch_size=self._fs.jobs, on_error=note)
        return failed

    def _path(self, name: str) -> str:
        return str(self._fs.join(self._place, *name.split("/")))


def _words(error: BaseException) -> str:
    """Return what went wrong, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split()) or type(error).__name__


if __name__ == "__main__":
    main()
