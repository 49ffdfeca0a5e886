"""What a pass leaves undone for a head, and why: one row each."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gitwf.reconcile.known import Desired, Head, KnownRun, Observed
from gitwf.reconcile.standing import Standing, State, standings

W = "workflows/w.wf"
NOW = "c2"
BEFORE = "c1"
ASKS = Desired(W, "A")
BROKEN = Desired(W, None, problem="w.wf:1:1: WF105 unknown directive")
RESTING = Observed(suspended=frozenset([W]))


def _run(status: str, commit: str = NOW, key: str = "A") -> KnownRun:
    return KnownRun("r1", W, commit, key, status)


def _known(run: KnownRun) -> Observed:
    return Observed((run,))


def _stands(state: State, commit: str = NOW, run: str = "r1", reason: str = "") -> Standing:
    return Standing("main", W, state, commit, run, reason)


OPEN = _run("running", BEFORE)
ROWS: dict[str, tuple[Desired, Observed, Standing | None]] = {
    "it succeeded": (ASKS, _known(_run("succeeded")), None),
    "it succeeded for an earlier commit": (ASKS, _known(_run("succeeded", BEFORE)), None),
    "it failed": (ASKS, _known(_run("failed")), _stands(State.FAILED)),
    "it failed for an earlier commit": (
        ASKS,
        _known(_run("failed", BEFORE)),
        _stands(State.FAILED, BEFORE),
    ),
    "it failed for an earlier commit, and does not ask for this one": (
        replace(ASKS, asks=False),
        _known(_run("failed", BEFORE)),
        None,
    ),
    "it failed at its time, for this commit": (
        replace(ASKS, asks=False, crons=("0 3 * * *",)),
        _known(_run("failed")),
        _stands(State.FAILED),
    ),
    "it failed, and a retry succeeded": (
        ASKS,
        Observed((replace(_run("succeeded"), run="r2"), _run("failed"))),
        None,
    ),
    "it was cancelled": (ASKS, _known(_run("cancelled")), _stands(State.CANCELLED)),
    "it was lost in an effect": (
        ASKS,
        _known(replace(_run("lost"), begun=True)),
        _stands(State.LOST),
    ),
    "it is to be started": (ASKS, Observed(), None),
    "it has errors": (BROKEN, Observed(), _stands(State.REFUSED, run="", reason=BROKEN.problem)),
    "it has errors, and a run of it goes on here": (BROKEN, _known(OPEN), None),
    "it is suspended": (ASKS, RESTING, _stands(State.SUSPENDED, run="")),
    "it is suspended, and has errors": (BROKEN, RESTING, _stands(State.SUSPENDED, run="")),
    "it is suspended, and does not ask": (replace(ASKS, asks=False), RESTING, None),
    "it is suspended, and was done before": (
        ASKS,
        replace(RESTING, runs=(_run("succeeded"),)),
        None,
    ),
    "it waits": (
        ASKS,
        _known(replace(_run("waiting"), waits="approval to change `prod`")),
        _stands(State.WAITING, reason="approval to change `prod`"),
    ),
    "it waits, and is another clone's": (
        ASKS,
        _known(replace(_run("waiting"), waits="approval to change `prod`", mine=False)),
        _stands(State.WAITING, reason="approval to change `prod`"),
    ),
    "it waits for nothing any more, and is another clone's": (
        ASKS,
        _known(replace(_run("waiting"), mine=False)),
        _stands(State.QUEUED),
    ),
    "another clone plays it": (
        ASKS,
        _known(replace(OPEN, mine=False, silence=240.0, patience=3600.0)),
        replace(_stands(State.ELSEWHERE, BEFORE), silence=240.0, patience=3600.0),
    ),
    "another process plays it": (
        ASKS,
        _known(replace(OPEN, played=True)),
        _stands(State.HERE, BEFORE),
    ),
}


@pytest.mark.parametrize(("want", "observed", "expected"), ROWS.values(), ids=ROWS)
def test_what_stands(want: Desired, observed: Observed, expected: Standing | None) -> None:
    found = standings(Head("main", NOW, (want,)), observed)
    assert found == ((expected,) if expected else ())


def test_workflows_by_name() -> None:
    head = Head("main", NOW, (Desired("b.wf", None), Desired("a.wf", None)))
    assert [each.workflow for each in standings(head, Observed())] == ["a.wf", "b.wf"]
