"""What events say of a run."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from gitwf.records.event import (
    Body,
    EnvironmentChanged,
    EnvironmentChanging,
    Error,
    Event,
    RunAdopted,
    RunFinished,
    RunNone,
    RunQueued,
    RunStarted,
    StepFinished,
    StepStarted,
    encode,
)
from gitwf.records.fold import EnvironmentState, RunRecord, fold

QUEUED = RunQueued("w.wf", "c1", "t1", "main", "k1", "commit", reason="approval")
STARTED = RunStarted("w.wf", "c1", "t1", "main", "k1", "commit", owner="m:1")
STEP = StepFinished("0", "train", result=Raw(b"0.10"))


def _events(*bodies: Body, epoch: int = 0) -> list[Event]:
    return [
        Event(f"2026-11-22T10:00:{second:02}.000000Z", f"E{epoch}{second}", epoch, "R", body)
        for second, body in enumerate(bodies)
    ]


def _finished(status: str) -> RunFinished:
    error = None if status == "succeeded" else Error("why", kind="exit")
    return RunFinished(
        status, "w.wf", "c1", "main", "k1", 2.5, 3, 1, {"a": Raw(b"1.0")}, error, "refs/x", "here"
    )


def _fold(*bodies: Body) -> RunRecord:
    record = fold(_events(*bodies))
    assert record is not None
    return record


@pytest.mark.parametrize(
    ("bodies", "status"),
    [
        ((QUEUED,), "waiting"),
        ((QUEUED, STARTED), "running"),
        ((STARTED,), "running"),
        ((STARTED, StepStarted("0", "train")), "running"),
        ((STARTED, _finished("failed")), "failed"),
        ((STARTED, _finished("succeeded")), "succeeded"),
        ((QUEUED, _finished("cancelled")), "cancelled"),
        ((STARTED, _finished("lost"), _finished("succeeded")), "lost"),
    ],
    ids=[
        "waiting",
        "started",
        "no-queue",
        "step",
        "failed",
        "done",
        "not-begun",
        "first-end-counts",
    ],
)
def test_status(bodies: tuple[Body, ...], status: str) -> None:
    record = _fold(*bodies)
    assert record.status == status
    assert record.is_over == (status not in {"waiting", "running"})


def test_no_run_without_a_beginning() -> None:
    assert fold([]) is None
    assert fold(_events(RunNone("c1", "t1", "main", "why"), STEP)) is None


def test_the_whole_record_as_json() -> None:
    record = _fold(
        QUEUED, STARTED, STEP, EnvironmentChanged("production", None, "c1"), _finished("failed")
    )
    step = encode(_events(QUEUED, STARTED, STEP)[2]).decode()
    assert msgspec.json.encode(record).decode() == (
        '{"run":"R","workflow":"w.wf","commit":"c1","tree":"t1","branch":"main","key":"k1",'
        '"status":"failed","attempt":1,"started":"2026-11-22T10:00:01.000000Z","seconds":2.5,'
        '"executed":3,"restored":1,"metrics":{"a":1.0},"envs":[{"env":"production",'
        '"state":"deployed","run":"R","commit":"c1","since":"2026-11-22T10:00:03.000000Z"}],'
        f'"steps":[{step}],"trigger":"commit","of":null,"owner":"m:1","error":'
        '{"message":"why","kind":"exit"},"ref":"refs/x","restorable":"here","dirty":false,"waits":"approval",'
        '"approved":null,"occasion":null,"effects_done":null,'
        '"pods":[],"spent":null}'
    )


@pytest.mark.parametrize(
    ("bodies", "state"),
    [
        ((EnvironmentChanging("e", None, "c1"),), "changing"),
        ((EnvironmentChanging("e", None, "c1"), EnvironmentChanged("e", None, "c1")), "deployed"),
        ((EnvironmentChanging("e", None, "c1"), _finished("failed")), "unknown"),
        ((EnvironmentChanged("e", None, "c1"), _finished("failed")), "deployed"),
    ],
    ids=["began", "succeeded", "over-before-it-succeeded", "run-failed-afterwards"],
)
def test_environments(bodies: tuple[Body, ...], state: str) -> None:
    [found] = _fold(STARTED, *bodies).envs
    assert isinstance(found, EnvironmentState)
    assert found.state == state


def test_whoever_adopts_a_run_is_its_owner() -> None:
    assert _fold(STARTED, RunAdopted("m:2", "m:1"), RunAdopted("m:3", "m:2")).owner == "m:3"


def test_an_end_by_an_owner_that_was_succeeded_does_not_count() -> None:
    old = _events(STARTED, _finished("failed"), epoch=1)
    new = _events(RunAdopted("m:2", "m:1"), epoch=2)
    record = fold([*old, *new])
    assert record is not None
    assert (record.status, record.owner) == ("running", "m:2")
    record = fold([*old, *new, *_events(STEP, _finished("succeeded"), epoch=3)])
    assert record is not None
    assert record.status == "succeeded"


def test_a_step_that_was_played_again_counts_once() -> None:
    again = msgspec.structs.replace(STEP, cached=True)
    [step] = _fold(STARTED, STEP, RunAdopted("m:2", "m:1"), again).steps
    assert b'"cached":true' in bytes(step)


def test_a_newer_lease_is_later_whatever_the_clocks_say() -> None:
    old = _events(STARTED, _finished("succeeded"), epoch=1)
    new = [
        msgspec.structs.replace(e, at="2026-11-21T00:00:00.000000Z")
        for e in _events(_finished("lost"), epoch=2)
    ]
    record = fold([*new, *old])
    assert record is not None
    assert record.status == "succeeded"
