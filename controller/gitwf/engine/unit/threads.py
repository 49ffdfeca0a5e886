"""Threads for what runs side by side, and waiting for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from gitwf.engine.unit.stop import Stop

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


def spawn(body: Callable[[], T], name: str) -> Future[T]:
    """Run ``body`` in a thread of its own; what it raises is raised where its result is asked for."""
    from concurrent.futures import Future  # late: it takes 4 ms, and few workflows need it

    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(body())
        except BaseException as error:  # noqa: BLE001  (the future hands it on)
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def results(futures: Sequence[Future[T]]) -> list[T]:
    """Wait for all of ``futures`` and return their results; raise what the first of them raised."""
    for future in futures:
        future.exception()
    return [future.result() for future in futures]


def all_done(futures: Sequence[Future[T]], stop: Stop, seconds: float | None = None) -> bool:
    """Wait for ``futures``, for so many seconds at most; return whether all are done.

    Raises:
        StoppedError: as soon as the stop is asked for.
    """
    until = None if seconds is None else time.monotonic() + seconds
    changed = threading.Event()
    for future in futures:
        future.add_done_callback(lambda _: changed.set())
    with stop.listening(changed.set):
        while not all(future.done() for future in futures):
            left = None if until is None else max(0.0, until - time.monotonic())
            if not changed.wait(left):
                return False
            changed.clear()
            stop.check()
    return True


@contextmanager
def after(seconds: float | None, action: Callable[[], float | None]) -> Iterator[None]:
    """Have ``action`` called if the block takes longer than so many seconds (None: never).

    It is called again after as many as it returns.
    """
    if seconds is None:
        yield
        return
    over = threading.Event()

    def wait() -> None:
        left: float | None = seconds
        while left is not None and not over.wait(min(left, threading.TIMEOUT_MAX)):
            left = action()

    threading.Thread(target=wait, name="git-wf-after", daemon=True).start()
    try:
        yield
    finally:
        over.set()
