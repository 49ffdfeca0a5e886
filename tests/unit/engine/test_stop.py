"""The request to stop: who hears it, and that nobody stays registered."""

from __future__ import annotations

import threading
import time

import pytest

from gitwf.engine.unit.outcome import Failure, Kind, StoppedError
from gitwf.engine.unit.stop import CANCELLED, GRACE, Stop

LATE = Failure(Kind.TIMEOUT, "it did not end in 1s", "timeout:", "1", 124)


def test_the_first_reason_stays() -> None:
    stop = Stop()
    stop.set(LATE, 0.5)
    stop.set(CANCELLED)
    assert (stop.failure, stop.grace) == (LATE, 0.5)
    with pytest.raises(StoppedError) as raised:
        stop.check()
    assert raised.value.failure == LATE


def test_listeners_hear_it_once() -> None:
    stop = Stop()
    heard: list[str] = []
    with stop.listening(lambda: heard.append("a")):
        stop.set(LATE)
        stop.set(LATE)
        with stop.listening(lambda: heard.append("b")):
            pass
    assert heard == ["a", "b"]


def test_a_listener_that_is_gone_hears_nothing() -> None:
    stop = Stop()
    heard: list[str] = []
    with stop.listening(lambda: heard.append("a")):
        pass
    stop.set(LATE)
    assert heard == []


def test_a_child_stops_with_its_parent() -> None:
    stop = Stop()
    with stop.child() as child, child.child() as grandchild:
        stop.set(LATE, 0.5)
        assert (grandchild.failure, grandchild.grace) == (LATE, 0.5)


def test_a_child_is_stopped_alone() -> None:
    stop = Stop()
    with stop.child() as child:
        child.set(LATE)
        assert (stop.failure, stop.grace) == (None, GRACE)


def test_a_child_of_what_was_stopped_is_stopped() -> None:
    stop = Stop()
    stop.set(LATE)
    with stop.child() as child:
        assert child.failure == LATE


def test_no_child_stays_registered() -> None:
    stop = Stop()
    for _ in range(100):
        with stop.child() as child, child.listening(lambda: None):
            pass
    assert vars(stop)["_listeners"] == {}


def test_what_is_foretold_begins_nothing_new() -> None:
    stop = Stop()
    with stop.child(foretold=LATE) as child, child.child() as grandchild:
        child.check()
        for part in (child, grandchild):
            with pytest.raises(StoppedError, match="it did not end in 1s"):
                part.admit()
    stop.admit()


def test_a_wait_ends_at_the_stop() -> None:
    stop = Stop()
    threading.Timer(0.05, stop.set, (LATE,)).start()
    began = time.monotonic()
    with pytest.raises(StoppedError):
        stop.wait(1e12)
    assert time.monotonic() - began < 10


def test_a_kill_takes_the_grace_and_is_heard_again() -> None:
    stop = Stop()
    heard: list[float] = []
    with stop.child() as child, child.listening(lambda: heard.append(child.grace)):
        stop.set(LATE)
        stop.kill(CANCELLED)
        stop.kill(CANCELLED)
        assert (child.failure, heard) == (LATE, [GRACE, 0.0])


def test_only_a_kill_gets_through_a_shield() -> None:
    stop = Stop()
    with stop.child() as child:
        shield = child.shield()
        inner = shield.shield()
        stop.set(LATE)
        assert (shield.failure, inner.failure) == (None, None)
        stop.kill(CANCELLED)
        assert (shield.failure, inner.failure) == (CANCELLED, CANCELLED)


def test_a_shield_that_comes_late_is_through_already() -> None:
    stop = Stop()
    stop.kill(CANCELLED)
    with pytest.raises(StoppedError):
        stop.shield().check()
