"""Whoever plays a run hears what people ask for it: its ref files are looked at, without a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gitwf.engine.replay.recorder import RunRecorder
from gitwf.engine.unit.outcome import Failure, Kind
from gitwf.engine.unit.stop import Stop
from gitwf.records.event import RunApproved
from gitwf.records.requests import APPROVE, CANCEL, Requests, Wish
from gitwf.repo.errors import RepositoryError

PERIOD = 0.2
"""Seconds between two looks."""


@contextmanager
def heeding(requests: Requests, recorder: RunRecorder, run: str, stop: Stop) -> Iterator[None]:
    """Set ``stop`` when somebody asks for ``run`` to be cancelled, while the block runs.

    That wish stays until the run is over: after a crash whoever takes it up finds it foretold, ends the
    jobs that go on, and begins nothing. An approval is recorded, once, and withdrawn.
    """
    _hear_approval(requests, recorder, run)
    wish = requests.find(run, CANCEL)
    if wish is not None:
        stop.foretold = cancelled(wish)
        yield
        return
    over = threading.Event()

    def listen() -> None:
        while stop.failure is None and not over.wait(PERIOD):
            with suppress(RepositoryError):  # the next look comes
                recorder.check()
                wish = requests.find(run, CANCEL)
                if wish is not None:
                    stop.set(cancelled(wish))

    listening = threading.Thread(target=listen, name="git-wf-requests", daemon=True)
    listening.start()
    try:
        yield
    finally:
        over.set()
        listening.join()


def _hear_approval(requests: Requests, recorder: RunRecorder, run: str) -> None:
    wish = requests.find(run, APPROVE)
    if wish is None:
        return
    known = recorder.record()
    if known is None or known.approved is None:
        recorder.emit(RunApproved(wish.by, wish.at, wish.why))
    requests.settle(run, APPROVE)


def cancelled(wish: Wish) -> Failure:
    """Return why a run ends that somebody cancelled."""
    return Failure(Kind.CANCELLED, f"cancelled {wish}", status=130)
