"""Runs of the working tree whose process is gone: nobody can play them on, so they end as lost."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.reconcile.actions import Lose
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.decide import decide_loose
from gitwf.reconcile.observe import observe_here


def dead_here(clone: Clone) -> Iterator[Lose]:
    """Yield the ends of the runs of the working tree that are not played any more."""
    for run in observe_here(clone):
        yield from (action for action in decide_loose(run) if isinstance(action, Lose))
