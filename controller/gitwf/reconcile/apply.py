"""Does what was decided: plays runs, writes refusals and notes. Each action can be repeated."""

from __future__ import annotations

import msgspec

from gitwf.config.settings import Settings
from gitwf.engine.recorder import Listener
from gitwf.engine.run import Request
from gitwf.engine.stop import Stop
from gitwf.plan.plan import decode as decode_plan
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.decide import Action, Lose, NoteNone, Refuse, Resume, Start
from gitwf.reconcile.desired import Asked
from gitwf.reconcile.prepare import configure
from gitwf.records.clock import spell
from gitwf.records.event import Body, Event, RunFinished, RunNone, RunRefused, encode
from gitwf.records.fold import RunRecord
from gitwf.records.runs import Snapshot, ref_of
from gitwf.repo.errors import RepositoryError


class Done(msgspec.Struct, frozen=True):
    """What an action came to: a run that ended, a refusal, or what kept it from being done."""

    record: RunRecord | None = None
    refused: str | None = None
    problem: str | None = None


class Applier:
    """Applies actions in ``clone``; ``listener`` hears every event."""

    def __init__(self, clone: Clone, stop: Stop, listener: Listener) -> None:
        self._clone = clone
        self._records = clone.records
        self._stop = stop
        self._listener = listener

    def apply(self, action: Action, asked: Asked) -> Done:
        """Do one action."""
        match action:
            case Start():
                return Done(self._start(action, asked))
            case Resume(run, _):
                return Done(self._resume(run))
            case Lose(run):
                return Done(self._lose(run))
            case Refuse(workflow, branch, commit, reason):
                self._note(commit, RunRefused(workflow, commit, branch, reason))
                return Done(refused=reason)
            case NoteNone(commit, branch, reason):
                self._note(commit, RunNone(commit, self._tree(commit), branch, reason))
                return Done()

    def _start(self, action: Start, asked: Asked) -> RunRecord:
        plan = asked.prepared[action.workflow].plan
        if plan is None:
            raise ValueError("a workflow with errors was decided to be started")
        request = Request(
            id=self._records.ids.new(),
            plan=plan,
            commit=action.commit,
            tree=self._tree(action.commit),
            branch=action.branch,
            trigger="commit",
        )
        return self._play(request, asked.settings)

    def _resume(self, run: str) -> RunRecord:
        """Play a run of ours again; its journal answers what was done."""
        ongoing = self._records.ongoing
        if ongoing.plan(run) is None or ongoing.record(run) is None:
            ongoing.restore(
                run, self._records.runs.plan(run) or b"", self._records.runs.events(run)
            )
        record, data = ongoing.record(run), ongoing.plan(run)
        if record is None or data is None:
            raise RepositoryError(f"run `{run}` has no plan", "see `git wf fsck`")
        request = Request(
            id=run,
            plan=decode_plan(data),
            commit=record.commit,
            tree=record.tree,
            branch=record.branch,
            trigger=record.trigger,
            attempt=record.attempt,
            of=record.of,
        )
        return self._play(request, configure(self._clone.facts(record.commit)).settings)

    def _play(self, request: Request, settings: Settings) -> RunRecord:
        return self._clone.runner.play(request, settings, self._stop, self._listener)

    def _lose(self, run: str) -> RunRecord:
        events = self._records.runs.events(run)
        record = self._records.runs.read(run)
        body = RunFinished(
            status="lost",
            workflow=record.workflow,
            commit=record.commit,
            branch=record.branch,
            key=record.key,
            seconds=0.0,
            ref=ref_of(run),
        )
        event = self._event(body, run)
        plan = self._records.runs.plan(run) or b"{}"
        snapshot = Snapshot(run, record.commit, [*events, event], plan)
        self._records.runs.write(snapshot, self._records.runs.tip(run))
        self._records.notes.append({record.commit: [encode(event)]})
        self._listener(event)
        return self._records.runs.read(run)

    def _note(self, commit: str, body: Body) -> None:
        event = self._event(body, None)
        self._records.notes.append({commit: [encode(event)]})
        self._listener(event)

    def _event(self, body: Body, run: str | None) -> Event:
        return Event(spell(self._records.clock.now()), self._records.ids.new(), 0, run, body)

    def _tree(self, commit: str) -> str:
        found = self._clone.repository.commit(commit)
        return found.tree if found else ""
