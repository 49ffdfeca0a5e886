"""What it takes to play a run."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from gitwf.plan.plan import Plan
from gitwf.records.event import RunQueued, RunStarted

Begun = TypeVar("Begun", RunQueued, RunStarted)


class Request(msgspec.Struct, frozen=True):
    """A run to be played: the same request with the same ``id`` takes it up again.

    ``here`` plays in the working tree as it is. ``effects`` is the sentence that refuses effects,
    or None. ``trigger`` is ``commit``, ``tag``, ``schedule``, ``manual``, ``retry`` or ``here``, and
    ``occasion`` the tag or the time. ``effects_done``: who says that the effects of the run ``of``
    that were lost succeeded.
    """

    id: str
    plan: Plan
    commit: str
    tree: str
    branch: str | None
    trigger: str
    attempt: int = 1
    of: str | None = None
    here: bool = False
    effects: str | None = None
    occasion: str | None = None
    effects_done: str | None = None

    def event(self, kind: type[Begun], owner: str) -> Begun:
        """Return what is recorded when the run is queued, or begins, at ``owner``."""
        return kind(
            self.plan.workflow,
            self.commit,
            self.tree,
            self.branch,
            self.plan.key,
            self.trigger,
            self.attempt,
            self.of,
            owner,
            self.here or msgspec.UNSET,
            self.occasion or msgspec.UNSET,
            self.effects_done or msgspec.UNSET,
        )
