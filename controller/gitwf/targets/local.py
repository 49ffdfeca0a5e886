"""Jobs on this machine: a POSIX shell wrapper in a session of its own for each."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import threading
import time
from importlib.resources import files
from pathlib import Path

import msgspec

from gitwf.targets.job import NO_STREAMS, Exit, Job, JobFolder, JobSpec, Streams

_POLL = 0.02
"""Seconds between two looks at a job that another process started."""

_LOOKS = 50
"""Looks after which it is asked again whether a process is the wrapper, not only whether it is there."""

_WRAPPER = files("gitwf.targets").joinpath("job.sh").read_text(encoding="utf-8")
_NAME = "git-wf-job"


class LocalTarget:
    """Starts jobs on this machine and adopts those that an earlier controller left."""

    def start(self, folder: Path, spec: JobSpec, streams: Streams = NO_STREAMS) -> Job:
        """Start the job in ``folder``, or adopt it where a wrapper has begun to play it."""
        _describe(folder, spec)
        known = JobFolder(folder)
        if known.is_begun():
            return LocalJob(known, None)
        arguments = [str(folder), spec.directory, _output(streams), *spec.argv]
        wrapper = subprocess.Popen(
            ["/bin/sh", "-c", _WRAPPER, _NAME, *arguments],
            stdin=subprocess.DEVNULL if streams.stdin is None else streams.stdin,
            stdout=subprocess.DEVNULL if streams.stdout is None else streams.stdout,
            stderr=subprocess.DEVNULL,
            env=dict(spec.environment),
            start_new_session=True,
        )
        return LocalJob(known, wrapper)


def _output(streams: Streams) -> str:
    """Return where the wrapper sends the standard output of the command."""
    if streams.stdout is None:
        return "file"
    return "both" if streams.kept else "pipe"


def _describe(folder: Path, spec: JobSpec) -> None:
    """Make the job's folder with its spec, whole, unless it is there already."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{threading.get_ident()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    shown = {k: v for k, v in spec.environment.items() if k.startswith("WF_")}
    description = {"argv": spec.argv, "directory": spec.directory, "environment": shown}
    (draft / "spec.json").write_bytes(msgspec.json.encode(description))
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():
            raise


class LocalJob:
    """A job on this machine. ``wrapper`` is the child that was started for it, None if it is adopted.

    A wrapper that came second (another process had started one for the same folder) has ended
    without a word; the job is then known by its folder, as an adopted one is.
    """

    def __init__(self, folder: JobFolder, wrapper: subprocess.Popen[bytes] | None) -> None:
        self.folder = folder
        self._wrapper = wrapper
        self._ended = threading.Event()
        self._cancelled = False

    def wait(self) -> Exit:
        """Block until the job has ended, then kill what the command left running."""
        if self._wrapper:
            self._wrapper.wait()
        if self._wrapper and (not self.folder.is_begun() or self._is_ours()):
            _signal(self._wrapper.pid, signal.SIGKILL)
        else:
            self._watch()
        self._ended.set()
        return Exit(self.folder.exit_status())

    def _is_ours(self) -> bool:
        """Return whether the child of this process plays the job."""
        return self._wrapper is not None and self.folder.pid() == self._wrapper.pid

    def _watch(self) -> None:
        """Block until `exit` is there, or the wrapper that was to write it is gone."""
        leader = _leader_of(self.folder)
        for look in itertools.count():
            if leader is None or (look % _LOOKS == 0 and not _plays(leader, self.folder)):
                return
            if self.folder.exit_status() is not None or not _leads(leader):
                _signal(leader, signal.SIGKILL)
                return
            time.sleep(_POLL)

    def cancel(self, grace: float) -> None:
        """Send SIGTERM to the job's processes, and SIGKILL after ``grace`` seconds."""
        leader = self._leader()
        if self._cancelled or self._ended.is_set() or leader is None:
            return
        self._cancelled = True
        _signal(leader, signal.SIGTERM)
        threading.Thread(target=self._kill_later, args=(leader, grace), daemon=True).start()

    def _leader(self) -> int | None:
        """Return the process that leads the job's session; None where it is gone."""
        if self._wrapper and (self._is_ours() or not self.folder.is_begun()):
            return self._wrapper.pid
        leader = _leader_of(self.folder)
        return leader if leader and _plays(leader, self.folder) else None

    def _kill_later(self, leader: int, grace: float) -> None:
        if not self._ended.wait(grace):
            _signal(leader, signal.SIGKILL)


def _leader_of(folder: JobFolder) -> int | None:
    """Return who plays a job that was begun; None where a crash kept it from being written."""
    for _ in range(_LOOKS):
        if (leader := folder.pid()) is not None:
            return leader
        time.sleep(_POLL)
    return None


def _signal(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _leads(pid: int) -> bool:
    """Return whether ``pid`` leads a process group still, as a wrapper does."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


def _plays(pid: int, folder: JobFolder) -> bool:
    """Return whether ``pid`` is the wrapper of the job in ``folder``.

    Ids of processes are used again, after a restart of the machine at the latest; and a wrapper
    whose parent died stays as a zombie where nobody reaps it.
    """
    shown = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=False
    )
    return f"{_NAME} {folder.path} ".encode() in shown.stdout
