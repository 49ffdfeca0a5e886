"""Does what was decided: plays runs, writes refusals and notes. Each action can be repeated."""

from __future__ import annotations

import msgspec

from gitwf.config.settings import Settings
from gitwf.engine.gate import Gate
from gitwf.engine.outcome import Failure, Kind
from gitwf.engine.recorder import Listener
from gitwf.engine.request import Request
from gitwf.engine.stop import Stop
from gitwf.plan.plan import decode as decode_plan
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.decide import Action, Cancel, Lose, NoteNone, Refuse, Resume, Start
from gitwf.reconcile.desired import Asked
from gitwf.records.clock import spell
from gitwf.records.event import Body, Event, RunFinished, RunNone, RunRefused, encode
from gitwf.records.fold import RunRecord, fold
from gitwf.records.journal import Journal, path_of, read_sound
from gitwf.records.runs import Snapshot, ref_of
from gitwf.repo.errors import RepositoryError


class Done(msgspec.Struct, frozen=True):
    """What an action came to: a run that ended, a refusal, or what kept it from being done."""

    record: RunRecord | None = None
    refused: str | None = None
    problem: str | None = None


class Part:
    """What stops one run: with all others, or alone when it is superseded."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self.gate = Gate()
        self.is_superseded = False

    def supersede(self, commit: str) -> None:
        """Stop the run for ``commit``, when no effect of it is going on; returns when it is asked."""
        failure = Failure(Kind.CANCELLED, f"superseded by {commit[:10]}", status=130)
        self.gate.when_free(lambda: self.stop.set(failure))


class Applier:
    """Applies actions in ``clone``; ``listener`` hears every event."""

    def __init__(self, clone: Clone, stop: Stop, listener: Listener) -> None:
        self._clone = clone
        self._records = clone.records
        self._stop = stop
        self._listener = listener

    def apply(self, action: Action, asked: Asked, part: Part | None = None) -> Done:
        """Do one action; a run is played so that ``part`` can stop it."""
        part = part or Part(self._stop)
        match action:
            case Start():
                return Done(self._start(action, asked, part))
            case Resume(run, _):
                return Done(self._resume(run, part))
            case Cancel():
                return Done()  # whoever plays the run stops it
            case Lose(run):
                return Done(self.lose(run))
            case Refuse(workflow, branch, commit, reason):
                self._note(commit, RunRefused(workflow, commit, branch, reason))
                return Done(refused=reason)
            case NoteNone(commit, branch, reason):
                self._note(commit, RunNone(commit, self._tree(commit), branch, reason))
                return Done()

    def _start(self, action: Start, asked: Asked, part: Part) -> RunRecord:
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
        return self._play(request, asked.settings, part)

    def _resume(self, run: str, part: Part) -> RunRecord:
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
        settings = configure(self._clone.facts(record.commit)).settings
        return self._play(request, settings, part)

    def _play(self, request: Request, settings: Settings, part: Part) -> RunRecord:
        runner = self._clone.runner
        return runner.play(request, settings, part.stop, self._listener, part.gate)

    def lose(self, run: str) -> RunRecord:
        """End a run as lost: whoever played it is gone, and nobody can take it up."""
        ongoing, runs = self._records.ongoing, self._records.runs
        plan = ongoing.plan(run) or runs.plan(run) or b"{}"
        path = path_of(self._records.state_dir, run)
        events = read_sound(path) or runs.events(run)
        record = fold(events)
        if record is None:
            raise RepositoryError(f"run `{run}` never began", "see `git wf fsck`")
        ending = self._event(_loss(record), run)
        if ongoing.plan(run) is not None:
            with Journal(path) as journal:
                journal.append(ending)
        runs.write(Snapshot(run, record.commit, [*events, ending], plan), runs.tip(run))
        self._records.notes.append({record.commit: [encode(ending)]})
        ongoing.end(run)
        self._listener(ending)
        return runs.read(run)

    def _note(self, commit: str, body: Body) -> None:
        event = self._event(body, None)
        self._records.notes.append({commit: [encode(event)]})
        self._listener(event)

    def _event(self, body: Body, run: str | None) -> Event:
        return Event(spell(self._records.clock.now()), self._records.ids.new(), 0, run, body)

    def _tree(self, commit: str) -> str:
        found = self._clone.repository.commit(commit)
        return found.tree if found else ""


def _loss(record: RunRecord) -> RunFinished:
    return RunFinished(
        status="lost",
        workflow=record.workflow,
        commit=record.commit,
        branch=record.branch,
        key=record.key,
        seconds=0.0,
        ref=ref_of(record.run),
    )
