"""Makes the folder of a job on this machine: whole, before anything starts."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import msgspec

from gitwf.repo.disk import room, write_all
from gitwf.repo.errors import StorageFullError
from gitwf.targets.job import JobFolder, JobSpec
from gitwf.targets.process import boot

_EXIT = b"%-3s\n" % b""
"""Room for an exit status of three digits and a line end."""


class Description(msgspec.Struct, frozen=True):
    """`spec.json`: of the environment it holds what is ours, as the rest may be secret."""

    argv: tuple[str, ...] = ()
    directory: str = ""
    environment: dict[str, str] = {}
    boot: str = ""

    @classmethod
    def of(cls, spec: JobSpec) -> Description:
        """Return what is written down of ``spec``."""
        ours = {k: v for k, v in spec.environment.items() if k.startswith("WF_")}
        return cls(spec.argv, spec.directory, ours, boot())

    @classmethod
    def read(cls, folder: JobFolder) -> Description:
        """Return what ``folder`` says; empty where it says nothing."""
        try:
            return msgspec.json.decode(folder.read("spec.json"), type=cls)
        except msgspec.DecodeError:
            return cls()


def describe(folder: Path, spec: JobSpec) -> bool:
    """Make the job's folder with its spec, whole; return whether it was not there before.

    Raises `StorageFullError` where there is no room for it.
    """
    if folder.is_dir():
        return False
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with room(folder):
            _fill(draft, spec)
            draft.rename(folder)
    except (OSError, StorageFullError):
        shutil.rmtree(draft, ignore_errors=True)
        if folder.is_dir():
            return False
        raise
    return True


def _fill(draft: Path, spec: JobSpec) -> None:
    draft.mkdir(parents=True, exist_ok=True)  # there where a process with this id died over it
    _write(draft / "spec.json", msgspec.json.encode(Description.of(spec)))
    _write(draft / "exit.new", _EXIT)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        write_all(descriptor, content)
    finally:
        os.close(descriptor)
