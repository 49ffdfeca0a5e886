from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gitwf.engine.unit.outcome import StoppedError
from gitwf.engine.unit.resources import Resources, TooMuchError
from gitwf.engine.unit.stop import CANCELLED, Stop

DEADLINE = 10.0
LIMITS = {"gpus": 2.0, "mem": 8.0}


class Taker:
    """A thread that takes resources and keeps them until it is told to give them back."""

    def __init__(
        self, resources: Resources, needs: dict[str, float], stop: Stop | None = None
    ) -> None:
        self.has = threading.Event()
        self.give = threading.Event()
        self.error: Exception | None = None

        def work() -> None:
            try:
                with resources.taking(needs, LIMITS, stop or Stop()):
                    self.has.set()
                    self.give.wait(DEADLINE)
            except (StoppedError, TooMuchError) as error:
                self.error = error

        self.thread = threading.Thread(target=work)
        self.thread.start()

    def end(self) -> None:
        self.give.set()
        self.thread.join(DEADLINE)


def queued(resources: Resources) -> int:
    return resources.waiting


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    def wait(holds: Callable[[], bool]) -> None:
        gate = threading.Event()
        for _ in range(int(DEADLINE * 1000)):
            if holds():
                return
            gate.wait(0.001)
        pytest.fail("it did not come to pass")

    return wait


def test_as_much_as_there_is_is_taken_at_once() -> None:
    resources = Resources()
    takers = [Taker(resources, {"gpus": 1}) for _ in range(2)]
    assert all(taker.has.wait(DEADLINE) for taker in takers)
    for taker in takers:
        taker.end()


def test_first_come_is_first_served_and_a_large_need_does_not_starve(
    until: Callable[[Callable[[], bool]], None],
) -> None:
    resources = Resources()
    first = Taker(resources, {"gpus": 1})
    assert first.has.wait(DEADLINE)
    large = Taker(resources, {"gpus": 2})
    until(lambda: queued(resources) == 1)
    small = Taker(resources, {"gpus": 1})
    until(lambda: queued(resources) == 2)
    assert not small.has.is_set()
    first.end()
    assert large.has.wait(DEADLINE)
    assert not small.has.is_set()
    large.end()
    assert small.has.wait(DEADLINE)
    small.end()


def test_who_needs_something_else_does_not_wait(
    until: Callable[[Callable[[], bool]], None],
) -> None:
    resources = Resources()
    first = Taker(resources, {"gpus": 2})
    assert first.has.wait(DEADLINE)
    behind = Taker(resources, {"gpus": 1})
    until(lambda: queued(resources) == 1)
    beside = Taker(resources, {"mem": 8})
    assert beside.has.wait(DEADLINE)
    for taker in (beside, first, behind):
        taker.end()


def test_a_stop_ends_the_waiting(until: Callable[[Callable[[], bool]], None]) -> None:
    resources, stop = Resources(), Stop()
    first = Taker(resources, {"gpus": 2})
    assert first.has.wait(DEADLINE)
    stopped = Taker(resources, {"gpus": 1}, stop)
    until(lambda: queued(resources) == 1)
    stop.set(CANCELLED)
    stopped.thread.join(DEADLINE)
    assert isinstance(stopped.error, StoppedError)
    first.end()
    assert queued(resources) == 0


def test_more_than_there_is_is_said() -> None:
    with pytest.raises(TooMuchError) as caught, Resources().taking({"gpus": 3}, LIMITS, Stop()):
        pass
    assert str(caught.value) == "it takes 3 of `gpus`, and there is 2"


def test_what_has_no_limit_is_not_counted() -> None:
    with Resources().taking({"licences": 5}, LIMITS, Stop()):
        pass
