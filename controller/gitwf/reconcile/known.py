"""What is desired and what is observed, as values: a head with its workflows, and what is on record for its branch.

No git, no clock, no files: `observe` and `desired` make them, `decide` and `standing` read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

QUEUE = "queue"
"""The ``supersede:`` of a workflow that takes each commit in its turn."""


class Desired(msgspec.Struct, frozen=True):
    """What the head of a branch says of one workflow.

    ``key`` None: the workflow has errors, and ``problem`` says so. ``asks`` is whether its
    ``on:`` fits this head, ``supersede`` what it wants to become of an older run that goes on.
    ``due`` is the last time that its ``crons`` mean, if any. ``waits`` says what a run would have to
    wait for before it begins.
    """

    workflow: str
    key: str | None
    asks: bool = True
    problem: str = ""
    supersede: str = "finish"
    crons: tuple[str, ...] = ()
    due: str = ""
    waits: str = ""

    @property
    def is_queued(self) -> bool:
        """Whether it takes each commit in its turn."""
        return self.supersede == QUEUE


class Head(msgspec.Struct, frozen=True):
    """The head of a branch, with the workflows that are in its tree, and how it came there.

    ``passed`` are the commits that the branch went through since the last one that was decided, ``queue``
    by workflow those that it takes in their turn and may still have to be played for; all oldest first.
    ``folder`` is where it has its workflows.
    """

    branch: str
    commit: str
    workflows: tuple[Desired, ...] = ()
    passed: tuple[str, ...] = ()
    queue: Mapping[str, tuple[str, ...]] = {}
    folder: str = "workflows/"

    @property
    def schedules(self) -> dict[str, tuple[str, ...]]:
        """The crons of the workflows that have any."""
        return {want.workflow: want.crons for want in self.workflows if want.crons}

    @property
    def is_queued(self) -> bool:
        """Whether some workflow takes each commit in its turn: then none is passed over."""
        return any(want.is_queued for want in self.workflows)


class KnownRun(msgspec.Struct, frozen=True):
    """A run on this branch that is on record.

    ``envs`` are the environments that it changed, ``begun`` whether any effect of it began,
    ``started`` whether anything of it was played, ``bound`` whether the branch asked for it, and no person.
    ``mine``: its jobs are this clone's; ``played``: a process is playing it now. ``abandoned``:
    its owner has not been heard of for so long that nobody waits for it any more; ``adoptable``: nor for
    some minutes, and its jobs are where another clone can go on with them. ``waits`` says what
    it waits for before it begins, ``cancelled`` by whom and why it is to end, ``withdrawn`` why its branch
    does not ask for it any more. ``announced``: other clones know of it. ``here``: it plays the
    working tree, which nobody but the process that began it can. ``silence`` says for how many seconds its
    owner has not been heard of, as clocks go, ``patience`` after how many nobody waits for it.
    """

    run: str
    workflow: str
    commit: str
    key: str
    status: str
    envs: tuple[str, ...] = ()
    begun: bool = False
    started: bool = True
    bound: bool = True
    mine: bool = True
    played: bool = False
    abandoned: bool = False
    adoptable: bool = False
    waits: str = ""
    cancelled: str = ""
    withdrawn: str = ""
    announced: bool = True
    here: bool = False
    silence: float = 0.0
    patience: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it has ended for good."""
        return self.status not in ("waiting", "running")


class Observed(msgspec.Struct, frozen=True, dict=True):
    """What is on record: runs on the branch, newest first; the key each environment stands at.

    ``refused`` are the workflows refused for this very head; ``noted`` are commits that are
    recorded as asking for nothing. ``suspended`` are the workflows that nobody is to start now. ``since``
    says by workflow from when on its schedule counts.
    """

    runs: tuple[KnownRun, ...] = ()
    stands: Mapping[str, str] = {}
    refused: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    since: Mapping[str, str] = {}

    @cached_property
    def by_workflow(self) -> Mapping[str, Sequence[KnownRun]]:
        """The runs of each workflow, newest first."""
        found: dict[str, list[KnownRun]] = {}
        for run in self.runs:
            found.setdefault(run.workflow, []).append(run)
        return found
