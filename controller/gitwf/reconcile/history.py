"""The commits that a branch went through, and what was decided at each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import msgspec

from gitwf.reconcile.clone import Clone
from gitwf.reconcile.decide import PASSED_OVER
from gitwf.reconcile.observe import HERE
from gitwf.records.event import RunFinished, RunNone, RunQueued, RunRefused, RunStarted

_LOOK_BACK = 200
"""First parents that are looked through for what was decided."""


class Past(msgspec.Struct, frozen=True):
    """A commit that the branch went through, and what is on record for it.

    ``workflows`` are those that have a record of their own. ``noted``: all were looked at, and none
    asked for a run. ``passed``: the branch went on before any was looked at.
    """

    commit: str
    workflows: frozenset[str] = frozenset()
    noted: bool = False
    passed: bool = False

    @property
    def is_on_record(self) -> bool:
        """Whether anything is on record."""
        return bool(self.workflows) or self.noted or self.passed


class History:
    """The commits before ``commit`` on ``branch``, newest first, each looked at once and if needed."""

    def __init__(self, clone: Clone, branch: str, commit: str) -> None:
        self._clone = clone
        self._branch = branch
        self._parents = clone.repository.first_parents(commit, _LOOK_BACK)
        self._seen: list[Past] = []

    def decided(self, workflow: str) -> str | None:
        """Return the last commit that ``workflow`` was decided for; None where there is none.

        One that was passed over does not count: what changed there is still to be looked at.
        """
        decided = (at.commit for at in self._past() if at.noted or workflow in at.workflows)
        return next(decided, None)

    def passed(self) -> tuple[str, ...]:
        """Return the commits since the last one that is on record, oldest first."""
        passed: list[str] = []
        for at in self._past():
            if at.is_on_record:
                return tuple(reversed(passed))
            passed.append(at.commit)
        return ()

    def undecided(self, workflow: str) -> tuple[str, ...]:
        """Return the commits since the last one that ``workflow`` was decided for, oldest first.

        Where there is none, nobody goes further back than to what is on record for any.
        """
        undecided: list[str] = []
        for at in self._past():
            if at.noted or at.passed or workflow in at.workflows:
                return tuple(reversed(undecided))
            undecided.append(at.commit)
        return self.passed()

    def _past(self) -> Iterator[Past]:
        for place in count():
            if place == len(self._seen):
                parent = next(self._parents, None)
                if parent is None:
                    return
                self._seen.append(self._look(parent))
            yield self._seen[place]

    def _look(self, commit: str) -> Past:
        events = self._clone.records.notes.events(commit)
        here = {e.run for e in events if isinstance(e.body, RunStarted) and e.body.trigger == HERE}
        workflows: set[str] = set()
        passed: list[bool] = []
        for event in events:
            match event.body:
                case RunNone(branch=self._branch, reason=reason):
                    passed.append(reason.startswith(PASSED_OVER))
                case RunRefused() | RunQueued() | RunStarted() | RunFinished() as body:
                    if body.branch == self._branch and event.run not in here:
                        workflows.add(body.workflow)
                case _:
                    pass
        return Past(commit, frozenset(workflows), not all(passed), any(passed))
