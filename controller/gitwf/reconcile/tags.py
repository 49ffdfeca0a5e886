"""`on:tag`: a tag that is new, or was moved, starts runs for the commit that it names."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from gitwf.reconcile.actions import Action, Refuse, Start
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.known import Desired
from gitwf.reconcile.observe import known_runs
from gitwf.records.event import RunRefused

TAGS = "refs/tags/"


class Tag(msgspec.Struct, frozen=True):
    """A tag: its name, the object that it stands at, and the commit that this is or names."""

    name: str
    id: str
    commit: str

    @property
    def occasion(self) -> str:
        """What a run for it is recorded under: once for each object that the tag stands at."""
        return f"{self.name} {self.id}"


def decide_tag(
    tag: Tag, wants: Collection[Desired], done: Collection[str], suspended: Collection[str]
) -> tuple[Action, ...]:
    """Return the actions that a tag calls for. ``done`` are the workflows with a record for it."""
    actions: list[Action] = []
    for want in sorted(wants, key=lambda w: w.workflow):
        if want.workflow in done or want.workflow in suspended:
            continue
        if want.key is None:
            actions.append(Refuse(want.workflow, None, tag.commit, want.problem))
        else:
            occasion = tag.occasion
            actions.append(
                Start(want.workflow, None, tag.commit, "tag", occasion, waits=want.waits)
            )
    return tuple(actions)


def is_settled(wants: Collection[Desired], done: Collection[str]) -> bool:
    """Return whether a tag calls for nothing more, also when suspended workflows are resumed."""
    return all(want.workflow in done for want in wants)


def done_for(clone: Clone, tag: Tag) -> frozenset[str]:
    """Return the workflows that have a run for ``tag``, or were refused at its commit."""
    ran = {run.workflow for run in known_runs(clone) if run.occasion == tag.occasion}
    bodies = (event.body for event in clone.records.notes.events(tag.commit))
    return frozenset(
        ran | {b.workflow for b in bodies if isinstance(b, RunRefused) and b.branch is None}
    )
