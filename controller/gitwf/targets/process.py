"""Processes of this machine: whether one is still the same, and which belong to a job.

Linux tells both in ``/proc`` (proc_pid_stat(5), proc_pid_environ(5)). Elsewhere `ps` says when a
process was started, and nothing finds those of a job that left its process group.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

_PROC = Path("/proc")
_BOOT = _PROC / "sys" / "kernel" / "random" / "boot_id"
_START = 19
"""Where the time of its start stands in a process's ``stat`` behind its name: field 22."""

_GONE = b"ZX"
"""States of a process that has ended: it is a zombie, or dead."""

_ROUNDS = 100
"""How often those of a job are killed that were started while the others were."""


class UntoldError(OSError):
    """Nobody on this machine tells when a process was started."""


class Process(msgspec.Struct, frozen=True):
    """One process: its id, and what tells it from all others that had the id or will have it."""

    pid: int
    since: str

    def is_alive(self) -> bool:
        """Return whether it goes on. Raises `UntoldError` where nobody can tell."""
        return _since(self.pid) == self.since


def this_process() -> Process:
    """Return this process. Raises `UntoldError` where nobody can tell when it was started."""
    return Process(os.getpid(), _since(os.getpid()) or "")


@cache
def namespace() -> str:
    """Return what names the set of processes that this one can see: containers have their own."""
    try:
        return (_PROC / "self" / "ns" / "pid").readlink().name
    except OSError:
        return ""


@cache
def boot() -> str:
    """Return what names this start of the machine; empty where it does not tell."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return _said_by("sysctl", "-n", "kern.bootsessionuuid") or ""


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to the process group that ``leader`` leads; nothing where that is gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def members(result: Path) -> Iterator[int]:
    """Yield the ids of the processes of the job whose ``WF_RESULT`` is ``result``, wherever they went.

    None elsewhere than on Linux, nor those that threw their environment away.
    """
    mark = b"\0WF_RESULT=%s\0" % os.fsencode(result)
    for folder in _PROC.glob("[0-9]*") if _BOOT.exists() else ():
        with suppress(OSError):
            if mark in b"\0" + (folder / "environ").read_bytes():
                yield int(folder.name)


def members_below(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the `members` of all jobs whose folders are below ``folder``, each with its ``WF_RESULT``."""
    mark = b"\0WF_RESULT=%s/" % os.fsencode(folder)
    for process in _PROC.glob("[0-9]*") if _BOOT.exists() else ():
        with suppress(OSError):
            _, found, rest = (b"\0" + (process / "environ").read_bytes()).partition(mark)
            if found:
                yield int(process.name), folder / os.fsdecode(rest.partition(b"\0")[0])


def signal_members(result: Path, number: signal.Signals) -> bool:
    """Send a signal to all `members` of a job; return whether there were any."""
    found = list(members(result))
    for pid in found:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    return bool(found)


def kill_members(result: Path) -> None:
    """End all `members` of a job for certain, and those that they start meanwhile."""
    for _ in range(_ROUNDS):
        if not signal_members(result, signal.SIGKILL):
            return


def _since(pid: int) -> str | None:
    """Return what `job.sh` writes beside its id, for any process; None where it is gone."""
    if not _BOOT.exists():
        return _asked(pid)
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *rest = stat.rpartition(b") ")[2].split()
    return None if state in _GONE else f"{boot()} {rest[_START - 1].decode()}"


def _asked(pid: int) -> str | None:
    state = _said_by("ps", "-o", "stat=,lstart=", "-p", str(pid))
    if state is None:
        raise UntoldError(
            f"nobody can tell whether process {pid} plays it: there is no `ps` here; install it"
        )
    state, _, since = " ".join(state.split()).partition(" ")
    return None if not since or state.startswith("Z") else since


def _said_by(*command: str) -> str | None:
    """Return what a program of the system prints, in no language's and no zone's way."""
    environment = os.environ | {"LC_ALL": "C", "TZ": "UTC0"}
    try:
        done = subprocess.run(command, capture_output=True, check=False, env=environment)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "replace").strip()
