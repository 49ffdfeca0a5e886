"""The loop: observe, decide, apply, until there is nothing left to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import msgspec
from msgspec import structs

from gitwf.engine.recorder import Listener
from gitwf.engine.stop import Stop
from gitwf.reconcile.apply import Applier, Done, Part
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.decide import QUEUE, Action, Cancel, Resume, Start, decide
from gitwf.reconcile.desired import Asked, asked
from gitwf.reconcile.observe import observe
from gitwf.records.fold import RunRecord
from gitwf.repo.errors import RepositoryError

log = logging.getLogger(__name__)

_WILD = frozenset("*?[")


class Report(msgspec.Struct, frozen=True):
    """What a pass came to: the runs that it ended, the refusals that it wrote, what went wrong.

    ``watched`` are the branches that it looked at.
    """

    ended: tuple[RunRecord, ...] = ()
    refused: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether no run failed, none was refused and nothing went wrong."""
        return (
            not self.refused
            and not self.problems
            and all(r.status == "succeeded" for r in self.ended)
        )


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
        self._stop = stop
        self._applier = Applier(clone, stop, listener)
        self._due = due or threading.Event()
        self._settled: dict[str, str] = {}
        self._lock = threading.Lock()
        self._playing: dict[tuple[str, str], Part] = {}
        self._stuck: set[tuple[str, str]] = set()
        self._done: list[Done] = []

    @property
    def is_playing(self) -> bool:
        """Whether runs are being played."""
        return bool(self._playing)

    def settle(self) -> Report:
        """Pass until nothing is queued or running that may be acted on; return what it came to."""
        while True:
            self._due.clear()
            acted = self.step()
            if self._playing:
                self._due.wait()
            elif not acted or any(done.problem for done in self._done):
                return self.report()

    def step(self) -> bool:
        """Look at all watched heads once and begin what they call for; return whether any did."""
        acted = False
        for branch, commit in self._heads().items():
            try:
                acted = self._look(branch, commit) or acted
            except RepositoryError as error:
                self._finish(Done(problem=str(error)), None)
            except Exception as error:
                log.exception("cannot look at %s", branch)
                self._finish(Done(problem=_bug(f"looking at `{branch}`", error)), None)
        return acted

    def forget(self) -> None:
        """Look at every watched head again at the next step, as after a restart."""
        self._settled.clear()
        self._stuck.clear()

    def _look(self, branch: str, commit: str) -> bool:
        """Begin what one head calls for; return whether it called for anything."""
        want = asked(self._clone, branch, commit)
        if self._look_back(want):
            return True
        actions = decide(want.head, observe(self._clone, want.head, want.settings))
        if not actions and not self._is_busy(branch):
            self._settled[branch] = commit
        begun = [self._begin(action, want) for action in actions]
        return any(begun)

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
                begun = [self._begin(action, earlier) for action in actions]
                return any(begun)
        return False

    def report(self) -> Report:
        """Return what was done since the last report."""
        with self._lock:
            done, self._done = self._done, []
        return _report(done)

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
        """Return the watched branches whose head was not settled by this reconciler yet."""
        return {b: c for b, c in self.watched().items() if self._settled.get(b) != c}

    def _is_busy(self, branch: str) -> bool:
        return any(at == branch for at, _ in self._playing)

    def _begin(self, action: Action, want: Asked) -> bool:
        """Begin an action; return false where a run of its workflow is being played already.

        Nor is it begun where the last one could not be played (a full disk): not again at once.
        """
        if isinstance(action, Cancel):
            return self._supersede(action, want)
        if not isinstance(action, Start | Resume):
            self._finish(self._applied(action, want), None)
            return True
        place = (want.head.branch, action.workflow)
        with self._lock:
            if place in self._playing or place in self._stuck:
                return False
            part = self._playing[place] = Part(Stop())

        def play() -> None:
            with self._stop.listening(lambda: part.stop.follow(self._stop)):
                self._finish(self._applied(action, want, part), place)

        threading.Thread(target=play, name=f"git-wf {action.workflow}", daemon=True).start()
        return True

    def _supersede(self, action: Cancel, want: Asked) -> bool:
        """Have a run stopped that this reconciler plays; its end calls for another look."""
        part = self._playing.get((want.head.branch, action.workflow))
        if part is None or part.is_superseded:
            return False
        part.is_superseded = True
        stopping = threading.Thread(target=part.supersede, args=(action.commit,), daemon=True)
        stopping.start()
        return True

    def _finish(self, done: Done, place: tuple[str, str] | None) -> None:
        with self._lock:
            self._done.append(done)
            if place is not None:
                self._playing.pop(place, None)
                if done.problem:
                    self._stuck.add(place)
        if place is not None:
            self._due.set()

    def _applied(self, action: Action, want: Asked, part: Part | None = None) -> Done:
        """Apply one action; whatever goes wrong with it stops no other."""
        try:
            return self._applier.apply(action, want, part)
        except RepositoryError as error:
            return Done(problem=str(error))
        except Exception as error:
            log.exception("cannot apply %s", action)
            return Done(problem=_bug(f"a run for `{want.head.branch}`", error))


def _bug(what: str, error: Exception) -> str:
    return f"{what}: unexpected {type(error).__name__}; the log has its traceback"


def _report(done: Iterable[Done]) -> Report:
    done = list(done)
    return Report(
        tuple(d.record for d in done if d.record),
        tuple(d.refused for d in done if d.refused),
        tuple(d.problem for d in done if d.problem),
    )
