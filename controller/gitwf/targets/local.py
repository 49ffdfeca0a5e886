"""Jobs on this machine: a POSIX shell wrapper in a session of its own for each."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import threading
import time
from functools import cached_property
from pathlib import Path

from gitwf.repo.disk import sync_folder
from gitwf.targets.description import Description, describe
from gitwf.targets.job import NO_STREAMS, Exit, Job, JobFolder, JobSpec, Streams
from gitwf.targets.process import (
    Process,
    boot,
    kill_members,
    members,
    signal_group,
    signal_members,
)

_POLL = 0.02
"""Seconds between two looks at a job that another process started."""

_LOOKS = 25
"""Looks after which it is asked again whether its wrapper is there, not only whether it has ended."""

_PATIENCE = 50
"""Looks at a `pid` that is empty before whoever made it is taken for gone."""

_WRAPPER = Path(__file__).with_name("job.sh").read_text(encoding="utf-8")
_NAME = "git-wf-job"


class LocalTarget:
    """Starts jobs on this machine and adopts those that an earlier controller left."""

    def prepare(self, folder: Path, spec: JobSpec) -> None:
        """Make the folder of a job that is not started yet, on the disk when this returns."""
        if describe(folder, spec):
            for path in (*folder.iterdir(), folder, folder.parent, folder.parent.parent):
                sync_folder(path)

    def start(self, folder: Path, spec: JobSpec, streams: Streams = NO_STREAMS) -> Job:
        """Start the job in ``folder``, or adopt it where a wrapper has begun to play it."""
        known = JobFolder(folder)
        if not describe(folder, spec) and _may_be_begun(known):
            return LocalJob.adopted(known)
        about = (str(folder), spec.directory, _output(streams), str(os.getpid()), boot())
        wrapper = subprocess.Popen(
            ("/bin/sh", "-c", _WRAPPER, _NAME, *about, *spec.argv),
            stdin=subprocess.DEVNULL if streams.stdin is None else streams.stdin,
            stdout=subprocess.DEVNULL if streams.stdout is None else streams.stdout,
            stderr=subprocess.DEVNULL,
            env={**spec.environment, "WF_RESULT": str(known.result)},
            start_new_session=True,
        )
        return LocalJob(known, wrapper)

    def adopt(self, folder: Path) -> Job:
        """Return the job in ``folder``, which somebody began; it may have ended."""
        return LocalJob.adopted(JobFolder(folder))


def _output(streams: Streams) -> str:
    """Return where the wrapper sends the standard output of the command."""
    if streams.stdout is None:
        return "file"
    return "both" if streams.kept else "pipe"


def _may_be_begun(folder: JobFolder) -> bool:
    """Return whether a job that was described before has been begun, or nobody knows.

    Where the machine has started anew since, all is over, also what left no trace.
    """
    if folder.is_begun() or folder.exit_status() is not None:
        return True
    described = Description.read(folder).boot
    return described != "" and described != boot()


class LocalJob:
    """A job on this machine. ``wrapper`` is the child that was started for it, None if it is adopted.

    A wrapper that came second (another process had started one for the same folder) has ended
    without a word; the job is then known by its folder, as an adopted one is.
    """

    def __init__(self, folder: JobFolder, wrapper: subprocess.Popen[bytes] | None) -> None:
        self.folder = folder
        self._wrapper = wrapper
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._deadline: float | None = None

    @classmethod
    def adopted(cls, folder: JobFolder) -> LocalJob:
        """Return a job that another process started, which may have ended.

        Raises:
            UntoldError: if nobody can tell whether it goes on.
        """
        job = cls(folder, None)
        if folder.exit_status() is None:
            job._is_played()
        return job

    def wait(self) -> Exit:
        """Block until the job has ended, then kill what it left running."""
        was_played = self._wrapper is not None and _until_ended(self._wrapper)
        if not was_played and not self._has_child():
            self._watch()
        self._linger()
        with self._lock:
            return self._finish()

    def cancel(self, grace: float) -> None:
        """Send SIGTERM to the job's processes, and SIGKILL after ``grace`` seconds."""
        until = time.monotonic() + grace
        with self._lock:
            known = self._deadline
            if self._ended.is_set() or (known is not None and known <= until):
                return
            self._deadline = until
            if known is None:
                self._signal(signal.SIGTERM)
        threading.Thread(target=self._kill_after, args=(grace,), daemon=True).start()

    def _has_child(self) -> bool:
        """Return whether nobody but the child of this process plays the job."""
        if self._wrapper is None:
            return False
        return self.folder.pid() == self._wrapper.pid or not self.folder.is_begun()

    def _watch(self) -> None:
        """Block until `exit` is there, or the wrapper that was to write it is gone."""
        for look in itertools.count():
            if self.folder.exit_status() is not None:
                return
            if look % _LOOKS == 0 and not self._is_played():
                return
            time.sleep(_POLL)

    def _linger(self) -> None:
        """Leave the processes of a cancelled job that outlive its wrapper the time they have."""
        while self._deadline is not None and time.monotonic() < self._deadline:
            if not any(members(self.folder.result)):
                return
            time.sleep(_POLL)

    def _finish(self) -> Exit:
        """End what is left of the job, and let go of the wrapper."""
        status = self.folder.end()
        if self._wrapper is not None:
            signal_group(self._wrapper.pid, signal.SIGKILL)
        if self._wrapper is None or status is None or self._deadline is not None:
            kill_members(self.folder.result)
        if self._wrapper is not None:
            self._wrapper.wait()
        self._ended.set()
        return Exit(status)

    def _kill_after(self, grace: float) -> None:
        if self._ended.wait(grace):
            return
        with self._lock:
            if not self._ended.is_set():
                self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to all of the job's processes."""
        if self._wrapper is not None and self._has_child():
            signal_group(self._wrapper.pid, number)
        elif self._leader and self._is_played():
            signal_group(self._leader.pid, number)
        signal_members(self.folder.result, number)

    def _is_played(self) -> bool:
        """Return whether the wrapper that another process started is there."""
        return self._leader is not None and self._leader.is_alive()

    @cached_property
    def _leader(self) -> Process | None:
        """Who plays a job that was begun; None where a crash kept that from being written."""
        for _ in range(_PATIENCE):
            if (pid := self.folder.pid()) is not None:
                return Process(pid, self.folder.since())
            if not self.folder.is_begun():
                return None
            time.sleep(_POLL)
        return None


def _until_ended(child: subprocess.Popen[bytes]) -> bool:
    """Block until a child has ended; return whether it did so with status 0, having played its job.

    Where the system can, it is left unreaped, so that its id stays its.
    """
    if not hasattr(os, "waitid"):
        return child.wait() == 0
    ended = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    return ended is not None and (ended.si_code, ended.si_status) == (os.CLD_EXITED, 0)
