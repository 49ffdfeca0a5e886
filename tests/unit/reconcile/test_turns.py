"""What a commit calls for that its branch has gone past: `supersede:queue`, one row each."""

from __future__ import annotations

import pytest

from gitwf.reconcile.actions import NoteNone, Start
from gitwf.reconcile.known import QUEUE, Desired, Head, KnownRun, Observed
from gitwf.reconcile.turns import Turn, decide_turn

V = "workflows/v.wf"
W = "workflows/w.wf"
AT = "c1"
BEFORE = "c0"
AFTER = "c2"

BOTH = Head("main", AT, (Desired(V, "A", supersede=QUEUE), Desired(W, "A", supersede=QUEUE)))
FINISH = Head("main", AT, (Desired(V, "A", supersede=QUEUE), Desired(W, "A")))


def _run(workflow: str, status: str, commit: str = BEFORE, key: str = "B") -> KnownRun:
    return KnownRun("r1", workflow, commit, key, status)


ROWS: dict[str, tuple[Head, Observed, Turn]] = {
    "both have their turn": (
        BOTH,
        Observed(),
        Turn((Start(V, "main", AT), Start(W, "main", AT)), frozenset({V, W})),
    ),
    "one that takes not each in its turn is no matter of an earlier commit": (
        FINISH,
        Observed(),
        Turn((Start(V, "main", AT),), frozenset({V})),
    ),
    "a run goes on: its workflow waits, the other does not": (
        BOTH,
        Observed((_run(W, "running"),)),
        Turn((Start(V, "main", AT),), frozenset({V, W})),
    ),
    "a run that waits for somebody is waited for, and not taken up here": (
        BOTH,
        Observed((_run(W, "waiting"), _run(V, "succeeded", AT))),
        Turn((), frozenset({W})),
    ),
    "an open run of a workflow that takes not each in its turn is left alone": (
        FINISH,
        Observed((_run(W, "waiting", AFTER), _run(V, "succeeded", AT))),
        Turn(),
    ),
    "the turn of one has not come": (
        BOTH,
        Observed((_run(V, "succeeded", AT),), suspended=frozenset({W})),
        Turn((), frozenset({W})),
    ),
    "both are done with it": (
        BOTH,
        Observed((_run(V, "failed", AT), _run(W, "succeeded", AT))),
        Turn(),
    ),
    "neither asks for it": (
        Head("main", AT, (Desired(V, "A", asks=False, supersede=QUEUE),)),
        Observed(),
        Turn((NoteNone(AT, "main", f"{V} does not ask for this commit"),)),
    ),
    "neither asks for it, and that is noted": (
        Head("main", AT, (Desired(V, "A", asks=False, supersede=QUEUE),)),
        Observed(noted=frozenset({AT})),
        Turn(),
    ),
}


@pytest.mark.parametrize(("head", "observed", "expected"), ROWS.values(), ids=ROWS)
def test_an_earlier_commit(head: Head, observed: Observed, expected: Turn) -> None:
    assert decide_turn(head, observed) == expected
