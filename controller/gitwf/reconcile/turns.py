"""The commits that a branch has gone past, where workflows take each in its turn: `supersede:queue`."""

from __future__ import annotations

import msgspec

from gitwf.reconcile.actions import Action
from gitwf.reconcile.decide import asks_for_nothing, decide_workflow
from gitwf.reconcile.known import Head, Observed


class Turn(msgspec.Struct, frozen=True):
    """What an earlier commit calls for; ``open`` are the workflows that are not done with it."""

    actions: tuple[Action, ...] = ()
    open: frozenset[str] = frozenset()


def decide_turn(head: Head, observed: Observed) -> Turn:
    """Return what an earlier commit calls for, of the workflows that take each in its turn.

    A workflow of which a run goes on is not done with any commit after that run's: what becomes of the run
    is decided with the head of the branch.
    """
    queued = {want.workflow: want for want in head.workflows if want.is_queued}
    going = queued.keys() & {run.workflow for run in observed.runs if not run.is_over}
    actions: list[Action] = []
    reasons: list[str] = []
    undone = set(going)
    for workflow in sorted(queued.keys() - going):
        verdict = decide_workflow(head, queued[workflow], observed)
        if isinstance(verdict, str):
            reasons.append(verdict)
            continue
        undone.add(workflow)
        if verdict is not None:
            actions.append(verdict)
    notes = () if undone else asks_for_nothing(head, observed, reasons)
    return Turn((*actions, *notes), frozenset(undone))
