"""How what a head asks for stands, where a pass over it has nothing more to do. Pure, as `decide` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec
from msgspec import structs

from gitwf.reconcile.known import Desired, Head, KnownRun, Observed


class State(StrEnum):
    """Why a workflow that a head asks for is not done.

    ``WAITING`` is a run that has not begun because `wf.toml` says so, ``QUEUED`` one that only the clone
    that queued it begins, ``ELSEWHERE`` one that another clone plays, ``HERE`` one that another process of
    this clone plays.
    """

    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    WAITING = "waiting"
    QUEUED = "queued"
    ELSEWHERE = "elsewhere"
    HERE = "here"


class Standing(msgspec.Struct, frozen=True):
    """A workflow that is not done for the head of ``branch``, and why.

    ``commit`` is that of ``run``, where there is one, else the head. ``reason`` is what a run waits for, or
    why the workflow is refused. Of a run elsewhere ``silence`` says for how many seconds its owner has
    not been heard of, and ``patience`` after how many it counts as lost.
    """

    branch: str
    workflow: str
    state: State
    commit: str
    run: str = ""
    reason: str = ""
    silence: float = 0.0
    patience: float = 0.0

    @property
    def is_meant(self) -> bool:
        """Whether a person has said that it is not to be done, or not yet."""
        return self.state in {State.SUSPENDED, State.WAITING}


def standings(head: Head, observed: Observed) -> tuple[Standing, ...]:
    """Return the workflows that are not done for ``head``, by name. Nothing: all that it asks for is done."""
    found = (_standing(head, want, observed) for want in head.workflows)
    return tuple(sorted(filter(None, found), key=lambda each: each.workflow))


def settling(head: Head, want: Desired, observed: Observed) -> KnownRun | None:
    """Return the run that makes one of a workflow for ``head`` needless, or None."""
    runs = observed.by_workflow.get(want.workflow, ())
    done = _ended_for(head.commit, runs)
    if done is not None:
        return done
    newest = next((run for run in runs if run.started), None)
    if newest is None or newest.key != want.key:
        return None
    is_up_to_date = newest.status == "succeeded" and _stands(newest, observed.stands)
    return newest if newest.status == "failed" or is_up_to_date else None


def _standing(head: Head, want: Desired, observed: Observed) -> Standing | None:
    runs = observed.by_workflow.get(want.workflow, ())
    open_ = next((run for run in runs if not run.is_over), None)
    if open_ is not None:
        return _unended(head.branch, open_)
    unrun = Standing(head.branch, want.workflow, State.SUSPENDED, head.commit)
    is_suspended = want.workflow in observed.suspended
    if want.key is None and not is_suspended:
        return structs.replace(unrun, state=State.REFUSED, reason=want.problem)
    run = settling(head, want, observed) if want.asks or want.crons else None
    if run is None:
        return unrun if is_suspended and (want.asks or want.key is None) else None
    if run.status == "succeeded":
        return None
    return Standing(head.branch, run.workflow, State(run.status), run.commit, run.run)


def _unended(branch: str, run: KnownRun) -> Standing | None:
    """Return how a run stands that has not ended; None where it is this process's own to play."""
    if run.waits:
        state = State.WAITING
    elif run.status == "waiting" and not run.mine:
        state = State.QUEUED
    elif not run.mine:
        state = State.ELSEWHERE
    elif run.played:
        state = State.HERE
    else:
        return None
    return Standing(
        branch, run.workflow, state, run.commit, run.run, run.waits, run.silence, run.patience
    )


def _ended_for(commit: str, runs: Sequence[KnownRun]) -> KnownRun | None:
    """Return the run that settled ``commit``; none where the branch has had another one played since.

    A branch that is set back (`git reset`) asks for what it asked for before.
    """
    for run in runs:
        if run.commit == commit and _counts(run):
            return run
        if run.commit != commit and run.bound and run.started:
            return None
    return None


def _counts(run: KnownRun) -> bool:
    """Return whether a terminal record settles its commit: not a loss before any effect."""
    return run.status != "lost" or run.begun


def _stands(run: KnownRun, stands: Mapping[str, str]) -> bool:
    """Return whether every environment that ``run`` changed stands at a run of its key."""
    return all(stands.get(env) == run.key for env in run.envs)
