"""Plays runs of one repository on this machine, each to its one terminal record."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from gitwf.config.settings import Settings
from gitwf.data.meter import Meter
from gitwf.data.push import Pusher
from gitwf.engine.clone import workspace
from gitwf.engine.clone.ownership import is_played, owning
from gitwf.engine.commands.extension import Extension
from gitwf.engine.heeding import heeding
from gitwf.engine.jobs.agents import Agents
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.jobs.environment import declared, for_commands, secrets_of
from gitwf.engine.jobs.flood import FloodWatch
from gitwf.engine.playing import Playing
from gitwf.engine.replay.adopted import answering, epoch_of, lay_out_jobs, name_elsewhere_of
from gitwf.engine.replay.earlier import NOTHING, Earlier
from gitwf.engine.replay.folders import open_folders
from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.placing import placing
from gitwf.engine.replay.pods import hearing, rented
from gitwf.engine.replay.recorder import Listener, RunRecorder
from gitwf.engine.request import Request
from gitwf.engine.shelf import RunShelf
from gitwf.engine.stages.safekeeping import Safekeeping
from gitwf.engine.unit.gate import Gate
from gitwf.engine.unit.permit import Permit, Permits, free
from gitwf.engine.unit.resources import Resources
from gitwf.engine.unit.stop import GRACE, Stop
from gitwf.engine.unit.supply import Supply
from gitwf.plan.calls import named_secrets
from gitwf.plan.place import Choice
from gitwf.plan.plan import effectful, encode
from gitwf.records.adopting import TakenOverError
from gitwf.records.event import Event, RunAdopted
from gitwf.records.fold import RunRecord
from gitwf.records.journal import DamagedJournalError, Journal, path_of, read
from gitwf.records.store import Records
from gitwf.repo.disk import room
from gitwf.repo.name import name_elsewhere
from gitwf.repo.repository import Repository
from gitwf.targets.job import Job
from gitwf.targets.registry import Run, Targets

_JOBS = 16
"""Jobs at once that any machine allows: `fork:4` means four at once on two cores too."""

_OF_A_REMOTE = frozenset({"commit", "tag", "schedule"})
"""Triggers of runs of what a remote has, where one is followed; others are of a person's own clone."""


class Runner:
    """Plays runs of one repository on this machine; ``pusher`` pushes what they write.

    ``permits`` gives each run its leave to do what only one clone may do; ``follows`` is the remote
    whose branches and tags it plays runs of, or None.
    """

    def __init__(
        self,
        repository: Repository,
        records: Records,
        environment: Mapping[str, str],
        extension: Extension,
        meter: Meter | None = None,
    ) -> None:
        self._repository = repository
        self._records = records
        self._environment = environment
        self._extension = extension
        self._meter = meter or Meter()
        self._resources = Resources()
        self._slots = Resources()
        self._floods = FloodWatch()
        self.pusher = Pusher(repository.state_dir)
        self.permits: Permits = free
        self.follows: str | None = None

    def play(
        self,
        request: Request,
        settings: Settings,
        stop: Stop,
        listener: Listener | None = None,
        gate: Gate | None = None,
    ) -> RunRecord:
        """Play a run to its end and return its record.

        ``gate`` tells whoever sets ``stop`` when no effect is going on.

        Raises:
            LockedError: if another process plays this run.
            TakenOverError: if another clone does.
            DamagedJournalError: if its journal cannot be believed.
            StorageFullError: if the disk is full. The run goes on where it is played again.
            RepositoryError: if its records cannot be written; the journal has what was done.
        """
        state = self._repository.state_dir
        folder = state / "runs" / request.id
        with room(folder), self._owning(request.id, folder):
            place = self._place(request)
            named = named_secrets(request.plan.program())
            hidden = named | frozenset(settings.notify.secrets)
            secrets = secrets_of(self._environment, settings.secrets, hidden)
            self._records.ongoing.begin(request.id, encode(request.plan))
            earlier = self._earlier(request, place)
            played = read(path_of(state, request.id))
            answers = answering(played, effectful(request.plan))
            memory = Memory([*earlier.files(), *answers])
            lay_out_jobs(folder, played)
            own = tuple(request.plan.stages.values())
            shelf = RunShelf(self._records, place, folder, own, memory.files())
            journal = Journal(path_of(state, request.id))
            recorder = RunRecorder(
                self._records,
                request.id,
                request.commit,
                encode(request.plan),
                journal,
                shelf.gather,
                secrets.values(),
                listener,
            )
            agents, permit = self._agents(request, settings), self.permits(request.id)
            context = RunContext(
                id=request.id,
                workflow=request.plan.workflow,
                commit=request.commit,
                branch=request.branch,
                attempt=request.attempt,
                workspace=place,
                folder=folder,
                environment=for_commands(self._environment, declared(settings.secrets, hidden)),
                secrets=secrets,
                targets=self._targets(settings, self._run_of(request, played, recorder, permit)),
                effects=request.effects,
                supply=self._supply(settings, agents),
                meter=self._meter,
                floods=self._floods,
                log_max=settings.controller.log_max,
                lost_retries=settings.controller.lost_retries,
                gate=gate or Gate(),
                safekeeping=self._safekeeping(settings),
                earlier=earlier,
                key=request.plan.key,
                settings=settings,
                resumed=bool(played),
                adopted=any(isinstance(event.body, RunAdopted) for event in played),
                permit=permit,
                agents=agents,
                follows=self.follows if request.trigger in _OF_A_REMOTE else None,
            )

            def lay_out() -> None:
                if not request.here:
                    roots = {".", *(stage.root for stage in request.plan.stages.values())}
                    workspace.prepare(
                        self._repository, place, request.commit, settings, roots, stop.listening
                    )

            playing = Playing(request, context, recorder, shelf, memory, self._records, lay_out)
            requests = self._records.requests
            try:
                with heeding(requests, recorder, request.id, stop):
                    record = playing.play(stop, self._extension)
            except TakenOverError:
                self._records.ongoing.end(request.id)
                raise
            finally:
                recorder.close()
            self._records.ongoing.end(request.id)
            requests.settle(request.id)
        self._clear(request, record)
        return record

    def _run_of(
        self, request: Request, played: Sequence[Event], recorder: RunRecorder, permit: Permit
    ) -> Run:
        """Return the run as targets know it. What it has said of itself in another clone holds here too."""
        epoch, name = epoch_of(played), name_elsewhere_of(played)
        if name is None and any("target" in text for text in request.plan.sources.values()):
            name = name_elsewhere(self._repository)
        return Run(
            request.id,
            hearing(recorder),
            placing(recorder),
            self._records.owner,
            self._records.epoch if epoch is None else epoch,
            name,
            permit.may_begin,
            rented(played) if any(isinstance(e.body, RunAdopted) for e in played) else (),
        )

    def meet(
        self, run: str, events: Sequence[Event], settings: Settings, targets: Iterable[str]
    ) -> None:
        """Look whether the jobs of ``run`` on ``targets`` can be gone on with here. Raises OSError if not."""
        known = Run(run, repository=name_elsewhere_of(events), rented=rented(events))
        places = self._targets(settings, known)
        for name in targets:
            places.meet(Choice(name))

    @contextmanager
    def _owning(self, run: str, folder: Path) -> Iterator[None]:
        """Hold the lock of a run, which is listed before anything of it is there."""
        with ExitStack() as held:
            with self._records.ongoing.listing(run):
                held.enter_context(owning(folder))
            yield

    def _earlier(self, request: Request, place: Path) -> Earlier:
        """Return the run that ``request`` retries, and take its workspace over where it is there.

        Raises:
            LockedError: if another process plays that run.
        """
        if request.of is None:
            return NOTHING
        runs, environments = self._records.runs, self._records.environments
        state = self._repository.state_dir
        folder = state / "runs" / request.of
        with owning(folder):
            events = runs.events(request.of)
            has_files = workspace.take_over(self._repository, self._workspace(request.of), place)

        def stands(env: str) -> bool:
            current = environments.current(env)
            return current is not None and current.run == request.of

        done_by = request.effects_done
        return Earlier(request.of, events, folder, stands, has_files=has_files, done_by=done_by)

    def abandon(self, run: str) -> None:
        """End the jobs that are left of ``run``, which nobody plays and nobody will."""
        jobs: list[Job] = []
        targets = self._targets(Settings(), Run(run))
        for folder in open_folders(self._repository.state_dir / "runs" / run):
            with suppress(OSError):  # nobody can tell whether it goes on: so nobody can end it
                jobs.append(targets.adopt(folder))
        for job in jobs:
            job.cancel(GRACE)
        for job in jobs:
            with suppress(OSError):
                job.wait()
        with suppress(OSError):  # what cannot be given back now is ended by the next reaper
            targets.end()
        self._forget_worktrees(run)

    def _clear(self, request: Request, record: RunRecord) -> None:
        """Remove the workspace, and those of earlier runs of the same workflow that failed.

        The newest one that failed is left to be looked into.
        """
        self._forget_unbegun()
        self._forget_worktrees(request.id)
        for place in sorted((self._repository.state_dir / "workspaces").glob("*.ready")):
            run = place.stem
            if run == request.id and record.status == "failed":
                continue
            known = self._records.ongoing.record(run)
            ended = known is None or (known.workflow == record.workflow and known.is_over)
            if ended and not is_played(self._repository.state_dir / "runs" / run):
                workspace.put_by(self._repository, place.with_suffix(""))

    def _forget_worktrees(self, run: str) -> None:
        """Remove the worktrees that agents of a run have left, once what they did is in git."""
        for place in sorted((self._repository.state_dir / "droids").glob(f"{run}-*.ready")):
            _, _, name = place.name.removesuffix(".ready").partition("-")
            if self._repository.refs.read(f"refs/wf/droids/{run}/{name}") is not None:
                workspace.discard(self._repository, place.with_name(f"{run}-{name}"))

    def _forget_unbegun(self) -> None:
        """Remove what is left of runs whose process died before their first record."""
        state = self._repository.state_dir

        def is_gone(run: str) -> bool:
            return _never_began(path_of(state, run)) and not is_played(state / "runs" / run)

        self._records.ongoing.forget(is_gone)

    def _safekeeping(self, settings: Settings) -> Safekeeping:
        pusher = self.pusher if settings.data.push == "auto" else None
        return Safekeeping(self._records.clone, pusher)

    def _agents(self, request: Request, settings: Settings) -> Agents | None:
        """Return who does what `droid:` hands over; None where nothing is."""
        if not request.plan.agents:
            return None
        return self._extension.agents(request.plan, settings, self._environment)

    def _targets(self, settings: Settings, run: Run) -> Targets:
        return Targets(self._extension.kinds(), settings.target, run)

    def _supply(self, settings: Settings, agents: Agents | None) -> Supply:
        limits = {**settings.resources, **(agents.limits if agents else {})}
        jobs = settings.controller.jobs or max(_JOBS, os.cpu_count() or 1)
        return Supply(self._resources, limits, self._slots, jobs)

    def _place(self, request: Request) -> Path:
        if request.here and self._repository.work_tree is not None:
            return self._repository.work_tree
        return self._workspace(request.id)

    def _workspace(self, run: str) -> Path:
        return self._repository.state_dir / "workspaces" / run


def _never_began(journal: Path) -> bool:
    try:
        return not read(journal)
    except DamagedJournalError:
        return False
