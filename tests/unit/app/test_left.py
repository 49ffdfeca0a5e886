"""What people read of what is not done."""

from __future__ import annotations

import pytest

from gitwf.app.left import words
from gitwf.reconcile.standing import Standing, State

W = "workflows/w.wf"
COMMIT = "0123456789abcdef"


def _of(state: State, run: str = "r1", reason: str = "", silence: float = 0.0) -> Standing:
    return Standing("main", W, state, COMMIT, run, reason, silence, 3600.0)


LOST_AFTER = "it ends there, or counts as lost after 1h of silence (`owner_lost_after`)"
ROWS = {
    _of(State.FAILED): "failed in run r1: `git wf retry r1` tries it again",
    _of(State.CANCELLED): "was cancelled in run r1: `git wf retry r1` plays it again",
    _of(State.LOST): "was lost in an effect in run r1: `git wf retry r1` says what to do",
    _of(State.SUSPENDED, ""): f"is suspended: `git wf resume {W}` has it start",
    _of(State.REFUSED, "", "w.wf:1:1: WF105 unknown directive"): (
        "was refused at 0123456789: w.wf:1:1: WF105 unknown directive; "
        "`git wf validate` says more; mend it and commit"
    ),
    _of(State.REFUSED, "", "pre-commit stops this commit: `ruff` failed"): (
        "was refused at 0123456789: pre-commit stops this commit: `ruff` failed; "
        "`git wf status` shows what the checks printed; mend it and commit"
    ),
    _of(State.REFUSED, "", "it is signed by nobody"): (
        "was refused at 0123456789: it is signed by nobody; `git wf trust` says who may run what"
    ),
    _of(State.REFUSED, "", "`a.bin` is kept in LFS: `filters = ['lfs']`"): (
        "was refused at 0123456789: `a.bin` is kept in LFS: `filters = ['lfs']`"
    ),
    _of(State.WAITING, reason="approval to change `prod`"): (
        "waits in run r1 for approval to change `prod`: `git wf approve r1` gives it"
    ),
    _of(State.WAITING, reason="`staging` at its commit"): (
        "waits in run r1 for `staging` at its commit"
    ),
    _of(State.QUEUED): "waits in run r1 for the clone that has queued it",
    _of(State.ELSEWHERE, silence=59.9): (
        f"goes on in run r1 of 0123456789 in another clone, last heard of 59s ago: {LOST_AFTER}"
    ),
    _of(State.ELSEWHERE, silence=3720.5): (
        f"goes on in run r1 of 0123456789 in another clone, last heard of 1h2m ago: {LOST_AFTER}"
    ),
    _of(State.HERE): "goes on in run r1, in another process: `git wf logs -f r1` follows it",
}


@pytest.mark.parametrize(("standing", "said"), ROWS.items(), ids=ROWS.values())
def test_words(standing: Standing, said: str) -> None:
    assert words(standing) == f"main: {W} {said}"
