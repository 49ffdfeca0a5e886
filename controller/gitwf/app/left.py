"""What a pass leaves undone for the heads of branches, in words: how it stands, and what to do."""

from __future__ import annotations

import re

from gitwf.app.remotes import controller_settings
from gitwf.duration import format_duration
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.standing import Standing, State
from gitwf.records.fold import RunRecord

_DIAGNOSTIC = re.compile(r": WF\d{3} ")
"""In the reason of a refusal that `git wf validate` gives too."""

_OBSTACLE = re.compile(
    r"^`.*` (is a submodule|is kept in LFS|goes through the filter)\b", re.DOTALL
)
"""Begins the reason of a refusal of a commit that cannot be laid out: it says what to do itself."""

_CHECKED = re.compile(r"^(pre-commit stops this commit: |the gate is `pre-commit`, )")
"""Begins the reason of a refusal by the checks of the gate."""

_MINUTE = 60.0


def words(standing: Standing) -> str:
    """Return a line about a workflow that is not done for the head of its branch."""
    return f"{standing.branch}: {standing.workflow} {_how(standing)}"


def way_out(reason: str) -> str:
    """Return what to do about a refusal; nothing where its reason says it."""
    if _OBSTACLE.match(reason):
        return ""
    if _CHECKED.match(reason):
        return "`git wf status` shows what the checks printed; mend it and commit"
    if _DIAGNOSTIC.search(reason):
        return "`git wf validate` says more; mend it and commit"
    return "`git wf trust` says who may run what"


def elsewhere(silence: float, patience: float) -> str:
    """Return what is known of a run of another clone, and what becomes of it."""
    heard = f"last heard of {format_duration(_rounded(silence))} ago"
    return (
        f"{heard}: it ends there, or counts as lost after {format_duration(patience)} of silence"
        " (`owner_lost_after`)"
    )


def heard_of(clone: Clone, record: RunRecord) -> str:
    """Return what is known of an open run of another clone, as `elsewhere` says it."""
    silence = clone.heard.age(clone.records.runs.tip(record.run))
    return elsewhere(silence, controller_settings(clone).owner_lost_after)


def _how(standing: Standing) -> str:
    run = standing.run
    match standing.state:
        case State.FAILED:
            return f"failed in run {run}: `git wf retry {run}` tries it again"
        case State.CANCELLED:
            return f"was cancelled in run {run}: `git wf retry {run}` plays it again"
        case State.LOST:
            return f"was lost in an effect in run {run}: `git wf retry {run}` says what to do"
        case State.REFUSED:
            way = way_out(standing.reason)
            what = f"was refused at {standing.commit[:10]}: {standing.reason}"
            return f"{what}; {way}" if way else what
        case State.SUSPENDED:
            return f"is suspended: `git wf resume {standing.workflow}` has it start"
        case State.WAITING:
            needs = standing.reason.startswith("approval ")
            way = f": `git wf approve {run}` gives it" if needs else ""
            return f"waits in run {run} for {standing.reason}{way}"
        case State.QUEUED:
            return f"waits in run {run} for the clone that has queued it"
        case State.ELSEWHERE:
            where = f"goes on in run {run} of {standing.commit[:10]} in another clone"
            return f"{where}, {elsewhere(standing.silence, standing.patience)}"
        case State.HERE:
            return f"goes on in run {run}, in another process: `git wf logs -f {run}` follows it"


def _rounded(seconds: float) -> float:
    """Return a time in whole minutes from one minute on."""
    return seconds // _MINUTE * _MINUTE if seconds >= _MINUTE else float(int(seconds))
