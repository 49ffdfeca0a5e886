"""Looks after all jobs on one machine: one thread, one request for all of them at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from random import Random

from gitwf.targets.job import JobFolder, TakenError
from gitwf.targets.silence import forget_silence, note_silence
from gitwf.targets.ssh.claim import NOBODYS, Claim
from gitwf.targets.ssh.errors import SshError, UnreachableError
from gitwf.targets.ssh.far import Far, Seen
from gitwf.targets.ssh.mirror import Mirror

_QUICK, _SLOW = 0.03, 1.0
"""Seconds between two looks at a young job, and at an old one."""

_AGING = 20
"""A job is looked at after each such part of its age."""

_NEW = 20.0
"""Seconds after which a job that was started and did not begin never will."""

_AFTER_CANCEL = 20.0
"""Seconds for which a machine that cannot be reached is tried to be told that a job was cancelled."""

_REFUSED = 120.0
"""Seconds after which one that answers and lets us not in is taken at its word."""

_LONGEST_PAUSE = 15.0


class Watched:
    """A job that is looked after until its end. ``lives`` is when it is given up if it cannot be reached."""

    def __init__(
        self, name: str, folder: JobFolder, mirror: Mirror, lives: float, claim: Claim = NOBODYS
    ) -> None:
        self.name = name
        self.folder = folder
        self.mirror = mirror
        self.lives = lives
        self.claim = claim
        self.since = time.monotonic()
        self.status: int | None = None
        self.problem: Exception | None = None
        self.ended = threading.Event()
        self.deadline: float | None = None
        self.is_asked = False
        self.may_be_silent = True
        self.last = ""

    def end(self, status: int | None, problem: Exception | None = None) -> None:
        """Note how it ended, or why nobody knows."""
        self.status, self.problem = status, problem
        self.ended.set()

    def left(self) -> float:
        """Return the seconds for which it is waited that its machine can be reached again."""
        ends = self.lives if self.deadline is None else self.deadline + _AFTER_CANCEL
        return ends - time.monotonic()


class Watch:
    """Looks after the jobs of ``far``; its thread ends when there are none."""

    def __init__(self, far: Far) -> None:
        self._far = far
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._jobs: list[Watched] = []
        self._is_looking = False
        self._troubles = 0
        self._trouble_since = 0.0
        self._random = Random()  # noqa: S311 - pauses, no secrets

    def add(self, job: Watched) -> None:
        """Look after ``job`` from now on."""
        with self._lock:
            self._jobs.append(job)
            if not self._is_looking:
                self._is_looking = True
                threading.Thread(target=self._look, name="git-wf-ssh", daemon=True).start()
        self._wake.set()

    def cancel(self, job: Watched, deadline: float) -> None:
        """Ask ``job`` to end; kill what is left of it at ``deadline`` (`time.monotonic`)."""
        if job.deadline is None or deadline < job.deadline:
            job.deadline = deadline
            self._wake.set()

    def _look(self) -> None:
        while jobs := self._left():
            self._wake.clear()
            try:
                rest = self._pass(jobs)
                self._calm(jobs)
            except SshError as error:
                rest = self._trouble(jobs, error)
            except Exception as error:  # noqa: BLE001 - whoever waits for a job gets it: nobody waits for good
                rest = 0.0
                for job in jobs:
                    job.end(None, error)
            self._wake.wait(rest)

    def _left(self) -> list[Watched]:
        with self._lock:
            self._jobs = [job for job in self._jobs if not job.ended.is_set()]
            self._is_looking = bool(self._jobs)
            return list(self._jobs)

    def _pass(self, jobs: Sequence[Watched]) -> float:
        """Look at ``jobs`` once; return the seconds until the next look."""
        for job in jobs:
            self._ask(job)
        runs = {job.name: job.claim.run for job in jobs}
        seen = self._far.look(list(runs), runs)
        is_all = [self._follow(job, seen.get(job.name, Seen("nowhere"))) for job in jobs]
        if not all(is_all):
            return 0.0
        now = time.monotonic()
        pauses = [max(_QUICK, min(_SLOW, (now - job.since) / _AGING)) for job in jobs]
        ends = [job.deadline - now for job in jobs if job.deadline is not None]
        return max(0.0, min([*pauses, *(max(_QUICK, end) for end in ends)]))

    def _ask(self, job: Watched) -> None:
        """Send the signals that a cancelled job is to have by now."""
        if job.deadline is None:
            return
        with suppress(TakenError):  # the look says it
            if not job.is_asked:
                self._far.signal(job.name, "TERM", job.claim)
                job.is_asked = True
            if time.monotonic() >= job.deadline:
                self._far.signal(job.name, "KILL", job.claim)

    def _follow(self, job: Watched, seen: Seen) -> bool:
        """Take over what is new of a job; return whether that was all there is."""
        if seen.holder not in {"", job.claim.owner}:
            taken = f"another clone has taken over what runs on `{self._far.name}`"
            job.end(None, TakenError(taken))
            return True
        if seen.pid and not job.folder.is_begun():
            (job.folder.path / "pid").write_text(seen.pid)
        if not job.mirror.follow(seen):
            return False
        before, job.last = job.last, seen.state
        match seen.state:
            case "ended":
                job.end(seen.status)
            case "nowhere" if before == "nowhere":
                job.end(None)
            case "gone" if before == "gone":
                job.end(None)
            case "new" if time.monotonic() - job.since > _NEW:
                job.end(None)
        return True

    def _calm(self, jobs: Sequence[Watched]) -> None:
        """Take back that the machine cannot be reached."""
        for job in jobs:
            if job.may_be_silent:
                forget_silence(job.folder.path)
                job.may_be_silent = False
        self._troubles = 0

    def _trouble(self, jobs: Sequence[Watched], error: SshError) -> float:
        """Note that the machine could not be asked; return the seconds until the next try."""
        now = time.monotonic()
        if self._troubles == 0:
            self._trouble_since = now
        self._troubles += 1
        is_refused = not isinstance(error, UnreachableError)
        for job in jobs:
            note_silence(job.folder.path, self._far.name, str(error))
            job.may_be_silent = True
            if job.left() <= 0 or (is_refused and now - self._trouble_since > _REFUSED):
                job.end(None, error)
        longest = min(_LONGEST_PAUSE, 0.1 * 2.0 ** min(self._troubles, 10))
        return longest * self._random.uniform(0.5, 1.0)
