"""Pods of RunPod as a place where jobs run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from gitwf.targets.description import describe
from gitwf.targets.job import NO_STREAMS, Job, JobFolder, JobSpec, Streams
from gitwf.targets.registry import Run
from gitwf.targets.runpod.asking import Check
from gitwf.targets.runpod.errors import PodError
from gitwf.targets.runpod.job import PodJob
from gitwf.targets.runpod.lease import Lease
from gitwf.targets.runpod.readying import Readying
from gitwf.targets.runpod.rental import Rental
from gitwf.targets.runpod.site import ORPHANED, host_of
from gitwf.targets.runpod.wish import Terms, Wish
from gitwf.targets.ssh.far import Place
from gitwf.targets.ssh.job import SshJob
from gitwf.targets.ssh.target import SshTarget, Ways, adopt, prepare

KIND = "runpod"


class Use(msgspec.Struct, frozen=True):
    """How a run uses pods of one kind: what it wishes for, on which terms, and where its jobs are on them.

    ``setup`` makes a pod ready. Outs that are kept are brought every ``checkpoints`` seconds.
    """

    wish: Wish
    terms: Terms
    where: Place
    setup: str = ""
    checkpoints: float = 180.0


class PodTarget:
    """Starts jobs on pods of ``rental``, and adopts those that an earlier controller left there."""

    def __init__(self, rental: Rental, use: Use, run: Run | None = None) -> None:
        self._rental = rental
        self._use = use
        self._run = run or Run(rental.run)

    def prepare(self, folder: Path, spec: JobSpec) -> None:
        """Make the folder of a job that is not started yet, on the disk when this returns."""
        prepare(folder, spec)

    def start(self, folder: Path, spec: JobSpec, streams: Streams = NO_STREAMS) -> Job:
        """Start the job in ``folder``, or adopt it where it was begun already. A pod is taken meanwhile."""
        if streams.stdin is not None or streams.stdout is not None:
            raise PodError("no pipe leads to a pod: let it write a file")
        describe(folder, spec)
        return PodJob(JobFolder(folder), _Ground(self._rental, self._use, self._run, spec))

    def adopt(self, folder: Path) -> Job:
        """Return the job in ``folder``, which somebody began; it may have ended."""
        return PodJob(JobFolder(folder), _Ground(self._rental, self._use, self._run, None))

    def up(self, job: str, check: Check, pause: Callable[[float], object]) -> Lease:
        """Rent a pod and keep it for steps to come.

        ``check`` raises where it is not wanted any more, ``pause`` waits.

        Raises:
            PodError: if none is to be had.
            LostPodError: if it went away before it was up.
        """
        ground = _Ground(self._rental, self._use, self._run, None)
        try:
            lease = self._rental.take(job, ground.wish, ground.terms, check)
            return self._rental.hold(ground.readying.until_ready(lease, check, pause))
        except BaseException:
            if (left := self._rental.of_job(job)) is not None:
                self._rental.give_back(left, Terms(), "nobody waits for it any more")
            raise


class _Ground:
    """Where one job is played; ``spec`` is None for one that was only adopted."""

    def __init__(self, rental: Rental, use: Use, run: Run, spec: JobSpec | None) -> None:
        self.rental = rental
        self._run = run
        self.wish = use.wish
        self.terms = use.terms
        self._use = use
        self._spec = spec
        self.readying = Readying(rental, use.where, use.terms, use.wish.env)

    def begin(self, folder: JobFolder, lease: Lease) -> SshJob:
        """Begin the job on the pod of ``lease``, or adopt it there."""
        account = self.rental.account
        if self._spec is None:
            return adopt(account.machines, folder.path)
        if lease.address is None:
            raise PodError(f"pod `{lease.name}` has no address")
        host = host_of(lease, lease.address, account.ledger, self.wish.env)
        target = SshTarget(account.machines, host, self._ways(), self._run, KIND)
        return target.start(folder.path, self._spec)

    def _ways(self) -> Ways:
        use, terms = self._use, self._use.terms
        return Ways(
            use.where,
            use.setup,
            terms.max_hours,
            terms.orphan_after,
            ORPHANED if use.wish.volume else "",
            use.checkpoints,
            KIND,
        )
