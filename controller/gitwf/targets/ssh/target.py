"""A machine that is reached over SSH, as a place where jobs run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec

from gitwf.repo.disk import sync_folder
from gitwf.targets.description import describe
from gitwf.targets.files import Files
from gitwf.targets.job import NO_STREAMS, Job, JobFolder, JobSpec, Streams
from gitwf.targets.registry import JobNote, Run
from gitwf.targets.ssh.bring import bring
from gitwf.targets.ssh.claim import NOBODYS, Claim
from gitwf.targets.ssh.copying import get, put
from gitwf.targets.ssh.errors import FarError, SshError
from gitwf.targets.ssh.far import Far, Place
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.job import SshJob
from gitwf.targets.ssh.link import lasting
from gitwf.targets.ssh.machines import Machine, Machines
from gitwf.targets.ssh.place import JobPlace, name_of, run_of
from gitwf.targets.ssh.setup import set_up

NO_RUN = Run("")
_COPYING = 60.0
"""Seconds for which it is tried to reach a machine that something is copied to."""


class Ways(msgspec.Struct, frozen=True):
    """How jobs are played on a machine.

    ``where`` is their folder there. ``setup`` is shell text that makes the machine ready, once per its
    text and the files that it names. A job runs ``hours`` at most; when it has ended and nobody has
    come for it in ``orphan_after`` seconds, it is put away there and ``orphaned``, shell text, is run.
    What is kept of it however it ends is brought every ``checkpoints`` seconds while it runs; 0: not
    before its end. ``kind`` is the kind of target that takes it up after a restart of this process.
    """

    where: Place
    setup: str = ""
    hours: float = 24.0
    orphan_after: float = 7200.0
    orphaned: str = ""
    checkpoints: float = 0.0
    kind: str = "ssh"


class SshTarget:
    """Starts jobs of ``run`` on ``host`` and adopts those that an earlier controller left there.

    ``name`` is what workflows call it.
    """

    def __init__(
        self, machines: Machines, host: Host, ways: Ways, run: Run = NO_RUN, name: str = ""
    ) -> None:
        self._machines = machines
        self.host = host
        self.ways = ways
        self._run = run
        self._name = name

    def prepare(self, folder: Path, spec: JobSpec) -> None:
        """Make the folder of a job that is not started yet, on the disk when this returns."""
        prepare(folder, spec)

    def start(self, folder: Path, spec: JobSpec, streams: Streams = NO_STREAMS) -> SshJob:
        """Start the job in ``folder``, or adopt it where it was begun already."""
        if streams.stdin is not None or streams.stdout is not None:
            raise FarError(
                f"no pipe leads to another machine (`{self.host.name}`): let it write a file"
            )
        _refuse_nul(spec)
        describe(folder, spec)
        machine = self._machines.of(self.host, self.ways.where)
        return SshJob(
            JobFolder(folder), machine.far, machine.watch, self._steps(machine, folder, spec)
        )

    def _steps(self, machine: Machine, folder: Path, spec: JobSpec) -> _Steps:
        claim = Claim(run_of(folder), self._run.epoch, self._run.owner)

        def placed(job: str) -> None:
            where = f"{self.ways.where.workdir}/{self.ways.where.repository}"
            note = JobNote(folder.name, self._name, str(self.host), where, job)
            self._run.placed(note)

        return _Steps(machine, self.ways, spec, claim, placed)

    @property
    def far(self) -> Far:
        """The folder of jobs there; nothing is connected yet."""
        return self._machines.of(self.host, self.ways.where).far

    def greet(self) -> str:
        """Connect, and return who answers and where jobs would be. Raises `SshError`."""
        return f"{self.host} answers, jobs are in `{self.far.root()}`"

    def put(self, local: Path, remote: str) -> None:
        """Copy a file or folder there: see `copying.put`."""
        far = self.far
        far.insist(lambda: put(far, local, remote), lasting(_COPYING))

    def get(self, remote: str, local: Path, draft: Path) -> None:
        """Copy a file or folder from there: see `copying.get`."""
        far = self.far
        far.insist(lambda: get(far, remote, local, draft), lasting(_COPYING))

    def adopt(self, folder: Path) -> Job:
        """Return the job in ``folder``, which somebody began; it may have ended."""
        return adopt(self._machines, folder)


def prepare(folder: Path, spec: JobSpec) -> None:
    """Make the folder of a job that is not started yet, on the disk when this returns."""
    if describe(folder, spec):
        for path in (*folder.iterdir(), folder, folder.parent, folder.parent.parent):
            sync_folder(path)


def _refuse_nul(spec: JobSpec) -> None:
    if any("\0" in text for text in (*spec.argv, *spec.environment.values())):
        raise ValueError("embedded null byte")


def adopt(machines: Machines, folder: Path) -> SshJob:
    """Return the job that `place` in ``folder`` says is on another machine.

    Raises `FarError` where it says nothing.
    """
    place = JobPlace.read(folder)
    if place is None:
        raise FarError(f"nobody knows on which machine the job in `{folder}` is")
    machine = machines.of(place.host, place.where)
    ways = Ways(place.where, hours=place.hours)
    return SshJob(
        JobFolder(folder), machine.far, machine.watch, _Steps(machine, ways, None, place.claim)
    )


class _Steps:
    """What is done on a machine around a job; ``spec`` is None for one that was only adopted."""

    def __init__(
        self,
        machine: Machine,
        ways: Ways,
        spec: JobSpec | None,
        claim: Claim = NOBODYS,
        placed: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._machine = machine
        self._ways = ways
        self._spec = spec
        self._claim = claim
        self._placed = placed

    @property
    def pause(self) -> float | None:
        """Seconds between two times that something is brought while the job runs; None: nothing is."""
        files = self._spec.files if self._spec else None
        return self._ways.checkpoints if files and files.kept and self._ways.checkpoints else None

    def prepare(self, job: SshJob) -> JobPlace:
        """Send what the job needs, make the machine ready and its folder there; say here where it is.

        One that another clone has begun is taken as it is.
        """
        name = name_of(job.folder.path)
        files = self._spec.files if self._spec else None
        for path in (job.folder.out, job.folder.err):
            path.unlink(missing_ok=True)  # those of a set-up that failed
        seen = job.insist(lambda: job.far.claim(self._claim, name))
        if files is not None and seen.state == "nowhere":
            self._send(job, name, files)
        place = JobPlace(
            host=job.far.link.host,
            where=self._ways.where,
            job=name,
            outs=tuple(files.outs) if files else (),
            kept=tuple(files.kept) if files else (),
            has_workspace=files is not None,
            hours=self._ways.hours,
            kind=self._ways.kind,
            claim=self._claim,
        )
        self._placed(name)
        job.insist(lambda: job.far.prepare(name, self._claim))
        place.write(job.folder.path)
        return place

    def start(self, job: SshJob, place: JobPlace) -> None:
        """Start the job's guard and the job, if nobody has."""
        if self._spec is None:
            return
        work = job.far.workspace(place.job) if place.has_workspace else ""
        limit, patience = str(int(place.hours * 3600)), str(int(self._ways.orphan_after))
        job.far.watch(place.job, work, limit, patience, self._ways.orphaned, *place.outs)
        there = partial(_there, self._spec.files, work)
        environment = {name: there(text) for name, text in self._spec.environment.items()}
        directory = there(self._spec.directory)
        job.far.begin(place.job, directory, self._spec.argv, environment, place.claim)

    def checkpoint(self, job: SshJob, place: JobPlace) -> None:
        """Bring what is kept of a job that runs, as it is now; what it is just writing is left for later."""
        files = self._spec.files if self._spec else None
        if files is not None:
            with suppress(SshError):
                draft = job.folder.path / "checkpoint"
                bring(job.far, place.job, files, place.kept, draft, whole=False)

    def bring(self, job: SshJob, place: JobPlace, status: int) -> None:
        """Bring back what the job wrote: all of it after success, else what is kept of it."""
        files = self._spec.files if self._spec else None
        if files is not None:
            paths = place.outs if status == 0 else place.kept
            bring(job.far, place.job, files, paths, job.folder.path / "incoming")

    def _send(self, job: SshJob, name: str, files: Files) -> None:
        items = files.items()
        self._machine.sending.workspace(name, files, items, job.insist, job.check, self._claim)
        if self._ways.setup:
            there, alone = job.far.workspace(name), self._machine.setting_up
            set_up(job, self._ways.setup, items, there, alone)


def _there(files: Files | None, work: str, text: str) -> str:
    """Return ``text``, a path of the workspace here, as that of the workspace there."""
    root = str(files.root) if files else ""
    if not root or not (text == root or text.startswith(f"{root}/")):
        return text
    return work + text.removeprefix(root)
