"""Jobs on this machine: a POSIX shell wrapper in a session of its own for each."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from importlib.resources import files
from pathlib import Path

import msgspec

from gitwf.targets.job import Exit, Job, JobFolder, JobSpec

_POLL = 0.02
"""Seconds between two looks at a job that another process started."""

_WRAPPER = files("gitwf.targets").joinpath("job.sh").read_text(encoding="utf-8")


class LocalTarget:
    """Starts jobs on this machine and adopts those that an earlier controller left."""

    def start(self, folder: Path, spec: JobSpec) -> Job:
        """Start the job in ``folder``, or adopt it where that folder is there already."""
        made = _claim(folder, spec)
        if not made:
            return AdoptedJob(JobFolder(folder))
        wrapper = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                _WRAPPER,
                "git-wf-job",
                folder,
                spec.directory,
                spec.stdin,
                *spec.argv,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(spec.environment),
            start_new_session=True,
        )
        return StartedJob(JobFolder(folder), wrapper)


def _claim(folder: Path, spec: JobSpec) -> bool:
    """Make the job's folder with its spec; return False where somebody else has made it."""
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
        return False
    return True


class StartedJob:
    """A job whose wrapper is a child of this process."""

    def __init__(self, folder: JobFolder, wrapper: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self._wrapper = wrapper
        self._ended = threading.Event()

    def wait(self) -> Exit:
        """Block until the wrapper has ended, then end what the command left running."""
        self._wrapper.wait()
        self._ended.set()
        _kill_session(self._wrapper.pid, signal.SIGKILL)
        return Exit(self.folder.exit_status())

    def cancel(self, grace: float) -> None:
        """Send SIGTERM to the session, and SIGKILL after ``grace`` seconds."""
        if self._ended.is_set():
            return
        _kill_session(self._wrapper.pid, signal.SIGTERM)
        threading.Thread(target=self._kill_later, args=(grace,), daemon=True).start()

    def _kill_later(self, grace: float) -> None:
        if not self._ended.wait(grace):
            _kill_session(self._wrapper.pid, signal.SIGKILL)


class AdoptedJob:
    """A job that another controller started: it is known by its folder alone."""

    def __init__(self, folder: JobFolder) -> None:
        self.folder = folder

    def wait(self) -> Exit:
        """Block until ``exit`` is there or the wrapper is gone without it."""
        while True:
            pid = self.folder.pid()
            gone = pid is None or not _alive(pid)
            status = self.folder.exit_status()
            if status is not None or gone:
                return Exit(status)
            time.sleep(_POLL)

    def cancel(self, grace: float) -> None:
        """Send SIGTERM to the session, and SIGKILL after ``grace`` seconds."""
        pid = self.folder.pid()
        if pid is None or self.folder.exit_status() is not None or not _alive(pid):
            return
        _kill_session(pid, signal.SIGTERM)
        timer = threading.Timer(grace, _kill_session, (pid, signal.SIGKILL))
        timer.daemon = True
        timer.start()


def _kill_session(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _alive(pid: int) -> bool:
    """Return whether ``pid`` leads a process group still, as a job's wrapper does."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
