"""The loop: observe, decide, apply, until there is nothing left to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial

from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.outcome import StoppedError
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.actions import Action
from gitwf.reconcile.apply import Applier, Done
from gitwf.reconcile.authority import ALONE, Authority
from gitwf.reconcile.behind import Behind
from gitwf.reconcile.branches import Branches
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.decide import decide, decide_loose
from gitwf.reconcile.desired import Asked
from gitwf.reconcile.gate import Gate, held_back
from gitwf.reconcile.here import dead_here
from gitwf.reconcile.observe import known_runs, observe, observe_gone, observe_loose
from gitwf.reconcile.outline import Outlines
from gitwf.reconcile.performing import Performer, Report, bug
from gitwf.reconcile.schedule import is_new, note_schedules
from gitwf.reconcile.settled import Settled, SettledHeads
from gitwf.reconcile.standing import Standing, State, standings
from gitwf.reconcile.tags import TAGS, Tag, decide_tag, done_for, is_settled
from gitwf.reconcile.trust.judge import Judge
from gitwf.records import environments
from gitwf.records.clock import parse, spell
from gitwf.records.requests import REQUESTS, SUSPENDED
from gitwf.records.seen import TAGS as SEEN_TAGS
from gitwf.records.sharing.places import OWN
from gitwf.repo.errors import RepositoryError

log = logging.getLogger(__name__)

_HEARD = (REQUESTS, SUSPENDED, environments.PREFIX)
"""Refs that decide what becomes of a head beside the head itself."""


class Reconciler:
    """Brings what is on record for the watched branches to what their heads ask for.

    Runs are played in threads of their own, one at a time for each workflow of a branch; ``due`` is set
    whenever one has ended, because then there may be more to do. ``authority`` says whether this clone may
    do what was decided.
    """

    def __init__(
        self,
        clone: Clone,
        branches: Branches,
        stop: Stop,
        listener: Listener,
        due: threading.Event | None = None,
        authority: Authority = ALONE,
    ) -> None:
        self._clone = clone
        self._branches = branches
        self._judge = Judge(clone, branches.source)
        self._gate = Gate(clone)
        self._authority = authority
        self._stop = stop
        self._generation = authority.generation
        self.is_blocked = False
        """Whether the last step left undone what the authority did not admit."""
        self._due = due or threading.Event()
        self._performer = Performer(
            Applier(clone, stop, listener, self._judge.settings), stop, self._due
        )
        self._outlines = Outlines(clone)
        self._behind = Behind(clone, lambda b, c: held_back(self._judge.asked(b, c), self._gate))
        self._kept = SettledHeads(clone.repository, self._judge.print)
        known = self._kept.read()
        self._quiet = self._records() if known.commits else None
        self._settled: dict[str, str] = dict(known.commits)
        self._standings = dict(known.standings)
        self._alarms = {branch: parse(at) for branch, at in known.alarms.items()}
        self._heard: tuple[object, ...] = ()
        self._tags: Mapping[str, str] | None = None

    @property
    def is_playing(self) -> bool:
        """Whether runs are being played."""
        return self._performer.is_playing

    def settle(
        self, follow: Callable[[], None] = lambda: None, patience: float | None = None
    ) -> Report:
        """Pass until nothing is queued or running that may be acted on; return what it came to.

        Between two passes ``follow`` looks at what others do, after ``patience`` seconds at the latest where
        one has to wait; what it raises ends the passing. A head that waits for a run of another clone is waited
        for as long as another is known to act.
        """
        while True:
            self._due.clear()
            acted = self.step()
            if self.is_playing or self.is_blocked:
                self._due.wait(patience)
            elif self._performer.is_stuck or (not acted and not self.is_awaiting):
                self._keep()
                return self.report()
            elif not acted:
                with suppress(StoppedError):
                    self._stop.wait(patience or 0.0)
                self._settled.clear()
            follow()

    @property
    def is_awaiting(self) -> bool:
        """Whether a head waits for a run that another clone is playing, as far as is known."""
        states = {each.state for each in self._left()}
        return not self._stop.failure and State.ELSEWHERE in states and self._authority.has_rival()

    def _keep(self) -> None:
        """Keep on disk which heads call for nothing, if nothing but a change of records can alter that."""
        if self._performer.is_stuck or self._quiet is not self._records():
            return
        alarms = {branch: spell(at) for branch, at in self._alarms.items()}
        settled = Settled(self._settled, alarms, self._standings)
        if settled != self._kept.read():
            self._kept.write(settled)

    def step(self) -> bool:
        """Look at all watched heads once and begin what they call for; return whether any did."""
        self._hear()
        self._generation, self.is_blocked = self._authority.generation, False
        acted = False
        for branch, commit in self._heads().items():
            acted = self._guarded(f"`{branch}`", partial(self._look, branch, commit)) or acted
        acted = self._guarded("tags", self._look_at_tags) or acted
        return self._guarded("runs of no branch", self._look_loose) or acted

    def patience(self, most: float) -> float:
        """Return the seconds until something is due, at most ``most``."""
        now = self._clone.records.clock.now()
        return min([most, *(max(0.0, (at - now).total_seconds()) for at in self._alarms.values())])

    def _guarded(self, what: str, look: Callable[[], bool]) -> bool:
        """Look at something; whatever goes wrong with it stops nothing else."""
        try:
            return look()
        except RepositoryError as error:
            self._performer.finish(Done(problem=str(error)))
        except Exception as error:
            log.exception("cannot look at %s", what)
            self._performer.finish(Done(problem=bug(f"looking at {what}", error)))
        return False

    def _hear(self) -> None:
        """Look at every head again where people asked for something, an environment or the policy changed."""
        heard = (
            *(self._clone.repository.refs.list(prefix) for prefix in _HEARD),
            self._judge.print(),
        )
        if self._heard and heard != self._heard:
            self._settled.clear()
            self._behind.forget()
        self._heard = heard

    def _look_loose(self) -> bool:
        """Take up runs that belong to no branch that there is. Where all runs are over that needs no look."""
        ongoing, now = self._clone.records.ongoing.runs(), self._records()
        if now is self._quiet and not ongoing:
            return False
        dead = [self._performer.begin(lost, "the working tree") for lost in dead_here(self._clone)]
        gone = observe_gone(self._clone, self._branches.all(), Settings())
        runs = (*observe_loose(self._clone, Settings()), *gone)
        begun = [self._begin(decide_loose(run), f"run {run.run}") for run in runs]
        is_quiet = not ongoing and all(run.is_over for run in known_runs(self._clone))
        self._quiet = now if is_quiet else None
        return any(begun) or any(dead)

    def _records(self) -> Mapping[str, str]:
        """Return the refs of all records; the same object where none has moved."""
        return self._clone.repository.refs.list(OWN)

    def _look_at_tags(self) -> bool:
        """Begin what new and moved tags call for; those of the first look of all are only noted."""
        tags, seen = self._branches.tags(), self._clone.records.seen
        if tags is self._tags:
            return False
        known, prefix = seen.read(SEEN_TAGS), self._branches.tag_prefix
        standing = {TAGS + ref.removeprefix(prefix): id_ for ref, id_ in tags.items()}
        settled = dict(standing if known is None else standing.items() & known.items())
        acted = False
        for ref, id_ in sorted(standing.items() - settled.items()):
            begun = self._look_at_tag(ref, id_)
            if begun is None:
                settled[ref] = id_
            acted = begun or acted
        if settled != known and self._may():
            seen.write(SEEN_TAGS, settled)
        self._tags = tags if len(settled) == len(tags) and not self.is_blocked else None
        return acted

    def _look_at_tag(self, ref: str, id_: str) -> bool | None:
        """Begin what a tag calls for; return whether it did, or None where it calls for nothing more."""
        commit = self._clone.repository.resolve(id_)
        if commit is None:
            return None
        tag = Tag(ref.removeprefix(TAGS), id_, commit)
        want = held_back(self._judge.asked_by_tag(tag), self._gate)
        wants, done = want.head.workflows, done_for(self._clone, tag)
        if is_settled(wants, done):
            return None
        suspended = self._clone.records.suspensions.all()
        return self._begin(decide_tag(tag, wants, done, suspended), ref, want)

    def forget(self) -> None:
        """Look at every watched head again at the next step, as after a restart."""
        self._settled.clear()
        self._behind.forget()
        self._performer.forget()

    def _look(self, branch: str, commit: str) -> bool:
        """Begin what one head calls for; return whether it called for anything."""
        if self._judge.is_news(branch, commit) and self._may():
            self._judge.accept(branch, commit)
        want = held_back(self._judge.asked(branch, commit, self._outlines), self._gate)
        self._alarms.pop(branch, None)
        if want.alarm is not None:
            self._alarms[branch] = want.alarm
        if is_new(self._clone.records, branch, want.head.schedules) and self._may():
            note_schedules(self._clone.records, branch, want.head.schedules)
        seen = observe(self._clone, want.head, want.settings)
        self._standings[branch] = standings(want.head, seen)
        behind = self._behind.look(want.head, seen)
        acted = [self._begin(turn.actions, branch, earlier) for earlier, turn in behind.turns]
        held = structs.replace(seen, suspended=seen.suspended | behind.open)
        actions = decide(want.head, held)
        if not actions and not behind.turns and not self._performer.is_busy(branch):
            self._settled[branch] = commit
        return self._begin(actions, branch, want) or any(acted)

    def _begin(self, actions: Iterable[Action], where: str, want: Asked | None = None) -> bool:
        """Begin all of these actions, if they may be; return whether any was begun."""
        actions = list(actions)
        if not actions or not self._may():
            return False
        begun = [self._performer.begin(action, where, want) for action in actions]
        return any(begun)

    def _may(self) -> bool:
        """Return whether this clone may act on what was read at this step."""
        admitted = self._authority.admits(self._generation)
        self.is_blocked = self.is_blocked or not admitted
        return admitted

    def report(self) -> Report:
        """Return what was done since the last report, and what is not done for the watched heads."""
        return structs.replace(self._performer.report(), standings=self._left())

    def _left(self) -> tuple[Standing, ...]:
        """Return what is not done for the watched heads, as of the last look at each."""
        watched = sorted(self._branches.watched())
        return tuple(each for branch in watched for each in self._standings.get(branch, ()))

    def _heads(self) -> dict[str, str]:
        """Return the watched branches whose head this reconciler has not settled yet, or that are due."""
        now = self._clone.records.clock.now()
        due = {branch for branch, at in self._alarms.items() if at <= now}
        return {
            b: c
            for b, c in self._branches.watched().items()
            if self._settled.get(b) != c or b in due
        }
