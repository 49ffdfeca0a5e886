"""The loop: observe, decide, apply, until there is nothing left to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial

from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.apply import Applier, Done
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.decide import QUEUE, Action, decide, decide_loose
from gitwf.reconcile.desired import Asked, asked, asked_by_tag
from gitwf.reconcile.observe import observe, observe_loose
from gitwf.reconcile.performing import Performer, Report, bug
from gitwf.reconcile.schedule import note_schedules
from gitwf.reconcile.tags import TAGS, Tag, decide_tag, done_for, is_settled
from gitwf.records import environments
from gitwf.records.requests import REQUESTS, SUSPENDED
from gitwf.records.seen import TAGS as SEEN_TAGS
from gitwf.repo.errors import RepositoryError

log = logging.getLogger(__name__)

_WILD = frozenset("*?[")

_HEARD = (REQUESTS, SUSPENDED, environments.PREFIX)
"""Refs that decide what becomes of a head beside the head itself."""


class Reconciler:
    """Brings what is on record for the watched branches to what their heads ask for.

    ``branches`` are globs; none: what `wf.toml` says, else the branch that HEAD is on. Runs are
    played in threads of their own, one at a time for each workflow of a branch; ``due`` is set
    whenever one has ended, because then there may be more to do.
    """

    def __init__(
        self,
        clone: Clone,
        branches: Iterable[str],
        stop: Stop,
        listener: Listener,
        due: threading.Event | None = None,
    ) -> None:
        self._clone = clone
        self._branches = tuple(branches)
        self._due = due or threading.Event()
        self._performer = Performer(Applier(clone, stop, listener), stop, self._due)
        self._settled: dict[str, str] = {}
        self._alarms: dict[str, datetime] = {}
        self._heard: tuple[Mapping[str, str], ...] = ()
        self._tags: Mapping[str, str] | None = None

    @property
    def is_playing(self) -> bool:
        """Whether runs are being played."""
        return self._performer.is_playing

    def settle(self) -> Report:
        """Pass until nothing is queued or running that may be acted on; return what it came to."""
        while True:
            self._due.clear()
            acted = self.step()
            if self.is_playing:
                self._due.wait()
            elif not acted or self._performer.is_stuck:
                return self.report()

    def step(self) -> bool:
        """Look at all watched heads once and begin what they call for; return whether any did."""
        self._hear()
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
        """Look at every head again where people have asked for something, or an environment changed."""
        heard = tuple(self._clone.repository.refs.list(prefix) for prefix in _HEARD)
        if heard != self._heard:
            self._settled.clear()
        self._heard = heard

    def _look_loose(self) -> bool:
        """Take up runs that belong to no branch."""
        runs = observe_loose(self._clone, Settings())
        begun = [self._begin(decide_loose(run), f"run {run.run}") for run in runs]
        return any(begun)

    def _look_at_tags(self) -> bool:
        """Begin what new and moved tags call for; those of the first look of all are only noted."""
        tags, seen = self._clone.repository.refs.list(TAGS), self._clone.records.seen
        if tags is self._tags:
            return False
        known = seen.read(SEEN_TAGS)
        settled = dict(tags if known is None else tags.items() & known.items())
        acted = False
        for ref, id_ in sorted(tags.items() - settled.items()):
            begun = self._look_at_tag(ref, id_)
            if begun is None:
                settled[ref] = id_
            acted = begun or acted
        if settled != known:
            seen.write(SEEN_TAGS, settled)
        self._tags = tags if len(settled) == len(tags) else None
        return acted

    def _look_at_tag(self, ref: str, id_: str) -> bool | None:
        """Begin what a tag calls for; return whether it did, or None where it calls for nothing more."""
        commit = self._clone.repository.resolve(id_)
        if commit is None:
            return None
        tag = Tag(ref.removeprefix(TAGS), id_, commit)
        want = asked_by_tag(self._clone, tag)
        wants, done = want.head.workflows, done_for(self._clone, tag)
        if is_settled(wants, done):
            return None
        suspended = self._clone.records.suspensions.all()
        return self._begin(decide_tag(tag, wants, done, suspended), ref, want)

    def forget(self) -> None:
        """Look at every watched head again at the next step, as after a restart."""
        self._settled.clear()
        self._performer.forget()

    def _look(self, branch: str, commit: str) -> bool:
        """Begin what one head calls for; return whether it called for anything."""
        want = asked(self._clone, branch, commit)
        self._alarms.pop(branch, None)
        if want.alarm is not None:
            self._alarms[branch] = want.alarm
        if self._look_back(want):
            return True
        note_schedules(self._clone.records, branch, want.head.schedules)
        actions = decide(want.head, observe(self._clone, want.head, want.settings))
        if not actions and not self._performer.is_busy(branch):
            self._settled[branch] = commit
        return self._begin(actions, branch, want)

    def _look_back(self, want: Asked) -> bool:
        """Begin what the oldest commit that was passed calls for, where workflows take each in turn."""
        if not want.head.is_queued:
            return False
        for commit in want.head.passed:
            earlier = asked(self._clone, want.head.branch, commit)
            queued = tuple(w for w in earlier.head.workflows if w.supersede == QUEUE)
            head = structs.replace(earlier.head, workflows=queued, passed=())
            actions = decide(head, observe(self._clone, head, earlier.settings))
            if actions:
                return self._begin(actions, want.head.branch, earlier)
        return False

    def _begin(self, actions: Iterable[Action], where: str, want: Asked | None = None) -> bool:
        """Begin all of these actions; return whether any was begun."""
        begun = [self._performer.begin(action, where, want) for action in actions]
        return any(begun)

    def report(self) -> Report:
        """Return what was done since the last report."""
        return self._performer.report()

    def settled(self) -> Report:
        """Settle, and return what it came to with the branches that were watched."""
        return structs.replace(self.settle(), watched=tuple(sorted(self.watched())))

    def watched(self) -> Mapping[str, str]:
        """Return the watched branches with the commits they stand at."""
        repository = self._clone.repository
        head = repository.head_branch()
        globs = self._branches or self._configured(head) or ((head,) if head else ())
        if not any(_WILD & set(glob) for glob in globs):
            # The usual case, without a process: this is on the way from a commit to its run.
            found = {branch: repository.refs.read(f"refs/heads/{branch}") for branch in globs}
            return {branch: commit for branch, commit in found.items() if commit}
        branches = repository.branches()
        return {b: c for b, c in branches.items() if any(fnmatchcase(b, g) for g in globs)}

    def _configured(self, head: str | None) -> tuple[str, ...]:
        commit = self._clone.repository.refs.read(f"refs/heads/{head}") if head else None
        if commit is None:
            return ()
        return configure(self._clone.facts(commit)).settings.controller.branches

    def _heads(self) -> dict[str, str]:
        """Return the watched branches whose head this reconciler has not settled yet, or that are due."""
        now = self._clone.records.clock.now()
        due = {branch for branch, at in self._alarms.items() if at <= now}
        return {b: c for b, c in self.watched().items() if self._settled.get(b) != c or b in due}
