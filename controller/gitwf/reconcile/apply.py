"""Does what was decided: plays runs, writes refusals and notes. Each action can be repeated."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Raw

from gitwf.config.settings import Settings
from gitwf.engine.clone.ownership import owning
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.request import Request
from gitwf.engine.unit.gate import Gate as EffectGate
from gitwf.engine.unit.outcome import Failure, Kind, StoppedError
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.actions import (
    Action,
    Adopt,
    Cancel,
    Drop,
    Lose,
    NoteNone,
    Refuse,
    Resume,
    Start,
    Withdraw,
)
from gitwf.reconcile.adopting import elsewhere
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.desired import Asked, prepared_at
from gitwf.reconcile.gate import NAME as PRE_COMMIT
from gitwf.reconcile.gate import Gate
from gitwf.reconcile.takeup import queue_up, request_of
from gitwf.records.adopting import adopt
from gitwf.records.clock import spell
from gitwf.records.event import Body, CommitChecked, Event, RunNone, RunRefused
from gitwf.records.fold import RunRecord
from gitwf.records.requests import CANCEL
from gitwf.records.unplayed import cancelled, close, end, lost
from gitwf.repo.environment import IDENTITY
from gitwf.repo.errors import RepositoryError

_BY = "{} <{}>".format(*IDENTITY)


class Done(msgspec.Struct, frozen=True):
    """What an action came to: a run that ended, a refusal, or what kept it from being done."""

    record: RunRecord | None = None
    refused: str | None = None
    problem: str | None = None


class Part:
    """What stops one run: with all others, or alone when it is superseded."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self.gate = EffectGate()
        self.is_superseded = False

    def supersede(self, commit: str) -> None:
        """Stop the run for ``commit``, when no effect of it is going on; returns when it is asked."""
        failure = Failure(Kind.CANCELLED, f"superseded by {commit[:10]}", status=130)
        self.gate.when_free(lambda: self.stop.set(failure))


class Applier:
    """Applies actions in ``clone``; ``listener`` hears every event.

    ``settings`` returns those of a commit of a branch, as far as they hold.
    """

    def __init__(
        self,
        clone: Clone,
        stop: Stop,
        listener: Listener,
        settings: Callable[[str | None, str], Settings] | None = None,
    ) -> None:
        self._clone = clone
        self._gate = Gate(clone)
        self._settings = settings or self._plain_settings
        self._records = clone.records
        self._stop = stop
        self._listener = listener

    def apply(self, action: Action, asked: Asked | None, part: Part | None = None) -> Done:
        """Do one action; a run is played so that ``part`` can stop it."""
        part = part or Part(self._stop)
        match action:
            case Start():
                return self._start(action, asked, part)
            case Drop(run, reason):
                self.drop(run, reason)
                return Done()
            case Resume(run, _):
                return Done(self.resume(run, part))
            case Adopt(run, _):
                return Done(self._adopt(run, part))
            case Cancel():
                return Done()  # whoever plays the run stops it
            case Lose(run, reason):
                return Done(self.lose(run, reason))
            case Withdraw(run, reason):
                self._records.requests.ask(run, CANCEL, _BY, reason)
                return Done()
            case Refuse(workflow, branch, commit, reason):
                self._note(commit, RunRefused(workflow, commit, branch, reason))
                return Done(refused=reason)
            case NoteNone(commit, branch, reason):
                self._note(commit, RunNone(commit, self._tree(commit), branch, reason))
                return Done()

    def _start(self, action: Start, asked: Asked | None, part: Part) -> Done:
        known = asked.prepared.get(action.workflow) if asked else None
        plan = (known or prepared_at(self._clone, action.commit, action.workflow)).plan
        if asked is None or plan is None:
            raise ValueError("a workflow with errors was decided to be started")
        if why := self._held_back(action, asked, part.stop):
            return Done(refused=why)
        request = Request(
            id=self._records.new_run(),
            plan=plan,
            commit=action.commit,
            tree=self._tree(action.commit),
            branch=action.branch,
            trigger=action.trigger,
            occasion=action.occasion,
        )
        if action.waits:
            self._queue(request, action.waits, part.stop)
            return Done()
        return Done(self._play(request, asked.settings, part))

    def _held_back(self, action: Start, asked: Asked, stop: Stop) -> str:
        """Return why the gate stops the commit of ``action``, or nothing; what came of it is recorded once."""
        if asked.settings.controller.gate != PRE_COMMIT:
            return ""
        commit, branch = action.commit, action.branch
        is_known = self._gate.known(commit) is not None
        oldest = next(iter(asked.head.passed), commit)
        base = next(self._clone.repository.first_parents(oldest, 1), None)
        made = self._gate.verdict(commit, base, asked.settings, stop)
        if not is_known:
            status = "passed" if made.passed else "failed"
            body = CommitChecked(commit, branch, PRE_COMMIT, status, made.seconds, made.output)
            self._note(commit, body)
        if not made.passed:
            said = Raw(msgspec.json.encode({"gate": PRE_COMMIT, "output": made.output}))
            self._note(commit, RunRefused(action.workflow, commit, branch, made.reason, (said,)))
        return made.reason

    def _queue(self, request: Request, waits: str, stop: Stop) -> None:
        """Record a run that waits, where others learn of it; it is lost if they have acted meanwhile."""
        permit = self._clone.runner.permits(request.id)
        self._listener(queue_up(self._records, request, waits))
        try:
            permit.announce(lambda: None, stop)
        except StoppedError as stopped:
            if stopped.failure.kind is Kind.LOST:
                why = stopped.failure.message
                self._listener(end(self._records, request.id, lambda record: lost(record, why)))

    def resume(self, run: str, part: Part | None = None) -> RunRecord:
        """Play a run of ours again; its journal answers what was done."""
        request = request_of(self._records, run)
        settings = self._settings(request.branch, request.commit)
        return self._play(request, settings, part or Part(Stop()))

    def _adopt(self, run: str, part: Part) -> RunRecord:
        """Play on a run of another clone, where its machines can be reached from here."""
        record, events = self._records.runs.read(run), self._records.runs.events(run)
        settings = self._settings(record.branch, record.commit)
        try:
            self._clone.runner.meet(run, events, settings, set(elsewhere(events).values()))
        except OSError as error:
            raise RepositoryError(f"run `{run}` cannot be gone on with here", str(error)) from None
        with owning(self._records.state_dir / "runs" / run):
            adopt(self._records, run)
        return self.resume(run, part)

    def _plain_settings(self, _branch: str | None, commit: str) -> Settings:
        return configure(self._clone.facts(commit)).settings

    def _play(self, request: Request, settings: Settings, part: Part) -> RunRecord:
        runner = self._clone.runner
        return runner.play(request, settings, part.stop, self._listener, part.gate)

    def lose(self, run: str, reason: str) -> RunRecord:
        """End a run as lost, and its jobs: whoever played it is gone, and nobody can take it up."""
        self._clone.runner.abandon(run)
        self._listener(end(self._records, run, lambda record: lost(record, reason)))
        return self._records.runs.read(run)

    def drop(self, run: str, reason: str) -> RunRecord:
        """End a run as cancelled that has not begun.

        Raises:
            LockedError: if somebody begins it at this moment.
        """
        with owning(self._records.state_dir / "runs" / run):
            if self._records.runs.read(run).is_over:
                close(self._records, run)
            else:
                self._listener(end(self._records, run, lambda record: cancelled(record, reason)))
        return self._records.runs.read(run)

    def _note(self, commit: str, body: Body) -> None:
        self._listener(self._records.note(commit, self._event(body, None)))

    def _event(self, body: Body, run: str | None) -> Event:
        return Event(
            spell(self._records.clock.now()),
            self._records.ids.new(),
            self._records.epoch,
            run,
            body,
        )

    def _tree(self, commit: str) -> str:
        found = self._clone.repository.commit(commit)
        return found.tree if found else ""
