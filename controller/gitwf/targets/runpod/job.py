"""A job on a pod: a pod is taken for it, it runs there as any job over SSH, and the pod is given back."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Protocol

from gitwf.targets.job import Exit, JobFolder, TakenError
from gitwf.targets.runpod.api.errors import ApiError
from gitwf.targets.runpod.errors import LostPodError, PodError
from gitwf.targets.runpod.lease import Lease
from gitwf.targets.runpod.life import Lost
from gitwf.targets.runpod.readying import Readying
from gitwf.targets.runpod.rental import Rental
from gitwf.targets.runpod.wish import Terms, Wish
from gitwf.targets.ssh.errors import FullError, RefusedError, SshError
from gitwf.targets.ssh.job import CancelledError, SshJob
from gitwf.targets.ssh.place import JobPlace

_GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL where the budget of the run is used up."""


class Ground(Protocol):
    """Where the job is played: on which pod, and how it is begun there."""

    rental: Rental
    wish: Wish
    terms: Terms
    readying: Readying

    def begin(self, folder: JobFolder, lease: Lease) -> SshJob:
        """Begin the job on the pod of ``lease``, or adopt it there."""


class PodJob:
    """A job on a pod. A thread plays it; whoever waits, waits for that."""

    def __init__(self, folder: JobFolder, ground: Ground) -> None:
        self.folder = folder
        self._ground = ground
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._grace = 0.0
        self._inner: SshJob | None = None
        self._exit = Exit(None)
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._play, name="git-wf-pod-job", daemon=True)
        self._thread.start()

    def wait(self) -> Exit:
        """Block until the job has ended, and what it wrote is here.

        Raises:
            OSError: if no pod was to be had, it could not be begun, or what it wrote not be brought back.
        """
        self._thread.join()
        if self._problem is not None:
            raise self._problem
        return self._exit

    def cancel(self, grace: float) -> None:
        """End the job's processes, after ``grace`` seconds by SIGKILL; one that has no pod yet gets none."""
        with self._lock:
            self._grace = grace
            self._cancelled.set()
            inner = self._inner
        if inner is not None:
            inner.cancel(grace)

    def check(self) -> None:
        """Raise `CancelledError` if the job was cancelled."""
        if self._cancelled.is_set():
            raise CancelledError

    def _play(self) -> None:
        try:
            self._exit = self._played()
        except CancelledError:
            self._give_back("its job was cancelled")
        except LostPodError as error:
            self._say("lost", str(error))
        except TakenError as error:
            self._problem = error  # the pod is whose the run is
        except Exception as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
            self._problem = error
            self._give_back("its job could not be played")

    def _played(self) -> Exit:
        if (status := self.folder.end()) is not None:
            self._give_back("its job has ended")
            return Exit(status)
        ground = self._ground
        job = self.folder.path.name
        is_begun = JobPlace.read(self.folder.path) is not None
        if is_begun and ground.rental.of_job(job) is None:
            raise LostPodError("its pod is gone")
        lease = ground.rental.take(job, ground.wish, ground.terms, self.check)
        lease = ground.readying.until_ready(lease, self.check, self._cancelled.wait)
        try:
            return self._on(lease)
        except FullError:
            more = "give it more with `disk` of the target in `wf.toml`"
            raise PodError(f"the disk of the pod, of {lease.disk} GB, is full: {more}") from None

    def _on(self, lease: Lease) -> Exit:
        """Play the job on the pod of ``lease`` and give that back."""
        inner = self._ground.begin(self.folder, lease)
        with self._lock:
            self._inner = inner
        if self._cancelled.is_set():
            inner.cancel(self._grace)
        lost = self._watch(inner, lease)
        try:
            end = inner.wait()
        except SshError:
            if lost is None:
                raise
            end = Exit(None)
        if end.status is None and lost is not None:
            with suppress(ApiError):
                self._ground.rental.end(lease, lost, certain=False)
            raise LostPodError(f"pod `{lease.name}` {lost}")
        self._ground.rental.give_back(lease, self._ground.terms)
        return end

    def _watch(self, inner: SshJob, lease: Lease) -> str | None:
        """Look after the pod until the job has ended; return how it went away, if it did."""
        fleet, is_over = self._ground.rental.account.fleet, False
        while not inner.ended_within(max(0.05, fleet.due())):
            try:
                sight = fleet.recent()
                _, verdict = self._ground.readying.look(lease, sight)
                is_over = is_over or self._is_over_budget(inner)
            except ApiError:
                inner.ended_within(fleet.poll)  # RunPod does not answer: the job goes on
                continue
            if isinstance(verdict, Lost):
                inner.lose(RefusedError(f"its pod {verdict.reason}"))
                return verdict.reason
        return None

    def _is_over_budget(self, inner: SshJob) -> bool:
        """End the job in order where the budget of its run is used up."""
        try:
            self._ground.rental.check_budget(self._ground.terms)
        except PodError as error:
            self._say("stopped", str(error))
            inner.cancel(_GRACE)
            return True
        return False

    def _give_back(self, reason: str) -> None:
        lease = self._ground.rental.of_job(self.folder.path.name)
        if lease is not None:
            self._ground.rental.give_back(lease, Terms(), reason)

    def _say(self, file: str, text: str) -> None:
        with suppress(OSError):
            (self.folder.path / file).write_text(f"{text}\n")
