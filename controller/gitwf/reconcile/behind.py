"""Looks at the commits that a branch has gone past, where workflows take each in its turn."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import structs

from gitwf.reconcile.clone import Clone
from gitwf.reconcile.desired import Asked
from gitwf.reconcile.known import Head, Observed
from gitwf.reconcile.observe import observed_at
from gitwf.reconcile.turns import Turn, decide_turn


class Turns(msgspec.Struct, frozen=True):
    """What earlier commits call for, oldest first; ``open`` are the workflows that the head has to wait for."""

    turns: tuple[tuple[Asked, Turn], ...] = ()
    open: frozenset[str] = frozenset()


class Behind:
    """The commits behind the heads of branches; ``asked`` says what a commit of a branch asks for.

    Those that call for nothing are looked at once.
    """

    def __init__(self, clone: Clone, asked: Callable[[str, str], Asked]) -> None:
        self._clone = clone
        self._asked = asked
        self._done: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        """Look at all of them again the next time."""
        self._done.clear()

    def look(self, head: Head, seen: Observed) -> Turns:
        """Return what the commits behind ``head`` call for.

        All is decided by what was ``seen`` once: a run that ends meanwhile lets no commit in before one that
        waits longer.
        """
        known, done = self._done.get(head.branch, frozenset()), set[str]()
        turns: list[tuple[Asked, Turn]] = []
        undone = frozenset[str]()
        for commit in max(head.queue.values(), key=len, default=()):
            if commit in known:
                done.add(commit)
                continue
            earlier = self._asked(head.branch, commit)
            at = observed_at(self._clone, seen, earlier.head)
            held = structs.replace(at, suspended=at.suspended | undone)
            turn = decide_turn(_undecided(earlier.head, head), held)
            undone |= turn.open
            if turn.actions:
                turns.append((earlier, turn))
            elif not turn.open:
                done.add(commit)
        self._done[head.branch] = frozenset(done)
        return Turns(tuple(turns), undone)


def _undecided(earlier: Head, head: Head) -> Head:
    """Return an ``earlier`` head with those of its workflows that nothing is on record of since then."""
    workflows = tuple(
        want
        for want in earlier.workflows
        if earlier.commit in head.queue.get(want.workflow, head.passed)
    )
    return structs.replace(earlier, workflows=workflows)
