"""A job on another machine, and its folder here, which says all that is known of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from gitwf.repo import disk
from gitwf.repo.disk import room
from gitwf.targets.job import Exit, JobFolder
from gitwf.targets.silence import forget_silence
from gitwf.targets.ssh.errors import SshError, UnreachableError
from gitwf.targets.ssh.far import Far
from gitwf.targets.ssh.mirror import Mirror
from gitwf.targets.ssh.place import JobPlace
from gitwf.targets.ssh.turn import turn
from gitwf.targets.ssh.watch import Watch, Watched

_PATIENCE = 300.0
"""Seconds that a machine which was reached once may be away before a job has begun."""

_FIRST = 10.0
"""Seconds that it has to answer at all."""

_AFTERWARDS = 3600.0
"""Seconds beyond its longest life for which the end of a job is waited for."""

_POLL = 0.05
_LONGEST_RESULT = (1 << 20) + 1
"""Bytes of `result` that are brought: one more than are taken."""

OWED = "owed"
"""The file in the folder of a job that is to be ended as soon as its machine can be reached."""

T = TypeVar("T")


class Steps(Protocol):
    """What is done on the other machine around a job. Each may be done again, and killed between."""

    @property
    def pause(self) -> float | None:
        """Seconds between two checkpoints; None: there are none."""

    def prepare(self, job: SshJob) -> JobPlace:
        """Make everything ready for the job, and say where; `place` is on the disk then."""

    def start(self, job: SshJob, place: JobPlace) -> None:
        """Start it, if nobody has."""

    def checkpoint(self, job: SshJob, place: JobPlace) -> None:
        """Bring what the job has written so far, which runs."""

    def bring(self, job: SshJob, place: JobPlace, status: int) -> None:
        """Bring back what the job wrote, which ended with ``status``."""


class CancelledError(Exception):
    """The job was cancelled before it began."""


class SshJob:
    """A job on another machine. A thread plays it; whoever waits, waits for that."""

    def __init__(self, folder: JobFolder, far: Far, watch: Watch, steps: Steps) -> None:
        self.folder = folder
        self.far = far
        self._watch = watch
        self._steps = steps
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._watched: Watched | None = None
        self._was_reached = False
        self._born = time.monotonic()
        self._exit = Exit(None)
        self._problem: Exception | None = None
        self._gone: SshError | None = None
        self.owes = False
        """Whether it was cancelled, and its machine could not be told."""
        self._thread = threading.Thread(target=self._play, name="git-wf-ssh-job", daemon=True)
        self._thread.start()

    def wait(self) -> Exit:
        """Block until the job has ended, and what it wrote is here.

        Raises:
            OSError: if it could not be begun, or what it wrote not be brought back.
            TakenError: if another clone plays its run now.
            StorageFullError: if there is no room here for it; it can be taken up again.
        """
        self._thread.join()
        if self._problem is not None:
            raise self._problem
        return self._exit

    def cancel(self, grace: float) -> None:
        """Send SIGTERM to the job's processes, and SIGKILL after ``grace`` seconds."""
        with self._lock:
            deadline = time.monotonic() + grace
            if self._deadline is None or deadline < self._deadline:
                self._deadline = deadline
            if self._watched is not None:
                self._watch.cancel(self._watched, self._deadline)

    def ended_within(self, seconds: float) -> bool:
        """Return whether `wait` would not block, after so many seconds at most."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def lose(self, problem: SshError) -> None:
        """Wait no longer: its machine is gone for good, says who rented it."""
        with self._lock:
            self._gone = problem
            if self._watched is not None:
                self._watched.lives = 0.0
                self._watched.end(None, problem)

    def check(self) -> None:
        """Raise `CancelledError` if the job was cancelled, and why its machine is gone if it is."""
        if self._deadline is not None:
            raise CancelledError
        if self._gone is not None:
            raise self._gone

    def insist(self, act: Callable[[], T]) -> T:
        """Return what ``act`` gives, over cuts of the connection: before the job has begun."""

        def left() -> float:
            self.check()
            patience = _PATIENCE if self._was_reached else _FIRST
            return patience - (time.monotonic() - self._born)

        def acted() -> T:
            self.check()
            done = act()
            self._was_reached, self._born = True, time.monotonic()
            return done

        return self.far.insist(acted, left)

    def _play(self) -> None:
        try:
            self._exit = self._played()
        except UnreachableError as error:
            self._owe()
            self._problem = error
        except CancelledError:
            self._exit = Exit(None)
        except Exception as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
            self._problem = error

    def _played(self) -> Exit:
        if (status := self.folder.end()) is not None:
            return Exit(status)
        with turn(self.folder.path, self.check):
            place = JobPlace.read(self.folder.path) or self._steps.prepare(self)
            if not self.folder.is_begun():
                self._begin(place)
        watched = self._watching(place)
        self._watch.add(watched)
        while not watched.ended.wait(self._steps.pause):
            self._steps.checkpoint(self, place)
        if isinstance(watched.problem, SshError):
            self._owe()
            self._lose(watched.problem)
            return Exit(None)
        if watched.problem is not None:
            raise watched.problem
        with turn(self.folder.path):
            if (status := self.folder.end()) is not None:
                return Exit(status)  # another process has brought it home
            return self._finish(place, watched)

    def _begin(self, place: JobPlace) -> None:
        """Start the job there. Doing it twice starts it once; one that is not there is not made again."""

        def start() -> None:
            if self.far.look([place.job])[place.job].state != "new":
                return
            if watched.deadline is not None:
                self.far.forget(place.job, place.claim)  # so that what may be about to begin cannot
            else:
                self._steps.start(self, place)

        watched = self._watching(place)
        self.far.insist(start, watched.left)

    def _watching(self, place: JobPlace) -> Watched:
        """Return the job as it is looked after; it is not yet."""
        if self._watched is not None:
            return self._watched
        began = self.folder.began()
        age = 0.0 if began is None else max(0.0, time.time() - began)
        lives = time.monotonic() + place.hours * 3600 + _AFTERWARDS - age
        mirror = Mirror(self.far, place.job, self.folder)
        with self._lock:
            self._watched = Watched(place.job, self.folder, mirror, lives, place.claim)
            self._watched.deadline = self._deadline
            if self._gone is not None:
                self._watched.end(None, self._gone)
        return self._watched

    def _finish(self, place: JobPlace, watched: Watched) -> Exit:
        """End what is left of the job there, bring back what it wrote, and say how it ended."""

        def insist(act: Callable[[], T]) -> T:
            return self.far.insist(act, watched.left)

        status = watched.status
        if watched.deadline is not None or status is None:
            insist(lambda: self._end_members(place.job, watched))
        else:
            insist(lambda: self.far.settle(place.job, place.claim))
        if status is not None:
            (self.folder.path / "ended").touch()
            insist(lambda: self._bring_result(place.job))
            insist(lambda: self._steps.bring(self, place, status))
            self._say(status)
        with suppress(SshError):
            self.far.forget(place.job, place.claim)
        return Exit(status)

    def _end_members(self, job: str, watched: Watched) -> None:
        """End what outlives the wrapper of a job that was cancelled, or is lost; the first have time."""
        while self.far.members(job):
            if watched.deadline is None or time.monotonic() >= watched.deadline:
                self.far.signal(job, "KILL", watched.claim)
            time.sleep(_POLL)

    def _bring_result(self, job: str) -> None:
        pieces: list[bytes] = []
        path = f"jobs/{job}/result"
        reply = self.far.run(
            f"[ -f {path} ] && echo there || echo none", "its result cannot be read"
        )
        if "there" not in reply.text:
            return
        self.far.piece(path, 0, _LONGEST_RESULT, pieces.append)
        with room(self.folder.result):
            self.folder.result.write_bytes(b"".join(pieces))

    def _say(self, status: int) -> None:
        """Make `exit`, whole, by rename, last."""
        disk.replace(self.folder.path / "exit", b"%-3d\n" % status)
        (self.folder.path / "exit.new").unlink(missing_ok=True)

    def _owe(self) -> None:
        """Have a job ended later that was cancelled, if its machine comes back and it may be there."""
        forget_silence(self.folder.path)
        if self._deadline is None or self._gone or JobPlace.read(self.folder.path) is None:
            return
        self.owes = True
        with suppress(OSError):
            (self.folder.path / OWED).touch()

    def _lose(self, problem: SshError) -> None:
        """Write down why nobody knows how the job ended."""
        with suppress(OSError):
            (self.folder.path / "lost").write_text(f"{problem}\n")
