"""Stages that are played at once in one workspace: who is refused, who waits, who is told."""

from __future__ import annotations

import threading

import pytest

from gitwf.data.errors import PathError
from gitwf.engine.stages.claims import Claim, Claims
from gitwf.engine.unit.outcome import StoppedError
from gitwf.engine.unit.stop import CANCELLED, Stop
from gitwf.plan.stage import Stage

LONG = 60.0


def claim(name: str, reads: str = "", writes: str = "") -> Claim:
    return Claim(Stage(name, "true"), reads.split(), writes.split())


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        pytest.param("model.bin", "model.bin", "model.bin", id="the same"),
        pytest.param("models", "models/a.bin", "models/a.bin", id="within"),
        pytest.param("a models/a.bin", "models", "models/a.bin", id="around"),
    ],
)
def test_stages_that_write_the_same_are_refused(first: str, second: str, path: str) -> None:
    claims, stop = Claims(), Stop()
    with (
        claims.claiming(claim("one", writes=first), stop, patient=True),
        pytest.raises(PathError) as caught,
        claims.claiming(claim("two", writes=second), stop, patient=True),
    ):
        pass
    assert str(caught.value) == (
        f"stages `one` and `two` would write `{path}` at once "
        "(give each outs of its own, or play one after the other)"
    )
    with claims.claiming(claim("two", writes=second), stop, patient=True):
        pass


@pytest.mark.parametrize(
    ("reads", "writes"),
    [("data", "model"), ("data", "data2"), ("models/a", "models/b"), ("data", "")],
)
def test_what_does_not_meet_runs_at_once(reads: str, writes: str) -> None:
    claims, stop = Claims(), Stop()
    reader, writer = claim("reader", reads, "out"), claim("writer", "data", writes)
    with (
        claims.claiming(reader, stop, patient=True),
        claims.claiming(writer, stop, patient=True),
    ):
        claims.write(writer)
    assert reader.disturbed == writer.disturbed == {}


def test_a_reader_is_told_of_a_writer() -> None:
    claims, stop = Claims(), Stop()
    writer = claim("prepare", writes="data other")
    before, after = claim("a", "data/part", "x"), claim("b", "data", "y")
    with (
        claims.claiming(before, stop, patient=True),
        claims.claiming(writer, stop, patient=True),
    ):
        assert before.disturbed == {}
        claims.write(writer)
        with claims.claiming(after, stop, patient=True):
            pass
    assert before.disturbed == {"data/part": "prepare"}
    assert after.disturbed == {"data": "prepare"}


def test_the_same_stage_waits_for_itself() -> None:
    claims, stop, order = Claims(), Stop(), list[str]()
    waits = threading.Event()

    def second() -> None:
        waits.set()
        with claims.claiming(claim("s", writes="out"), stop, patient=True):
            order.append("second")

    with claims.claiming(claim("s", writes="out"), stop, patient=True):
        thread = threading.Thread(target=second)
        thread.start()
        waits.wait(LONG)
        order.append("first")
    thread.join(LONG)
    assert order == ["first", "second"]


def test_who_must_not_wait_is_refused() -> None:
    claims, stop = Claims(), Stop()
    with (
        claims.claiming(claim("s", writes="out"), stop, patient=True),
        pytest.raises(PathError),
        claims.claiming(claim("s", writes="out"), stop, patient=False),
    ):
        pass


def test_a_stop_ends_the_wait() -> None:
    claims, stop = Claims(), Stop()
    stop.set(CANCELLED)
    with (
        claims.claiming(claim("s", writes="out"), Stop(), patient=True),
        pytest.raises(StoppedError),
        claims.claiming(claim("s", writes="out"), stop, patient=True),
    ):
        pass
