"""Brings what waits in all outboxes of a clone to their stores.

It goes on as long as whoever started it, and then until all is there or `PATIENCE` is over; what is
left waits for the next one. A byte on its pipe says that there is something new.
"""

from __future__ import annotations

import fcntl
import os
import random
import select
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from gitwf.repo import disk
from gitwf.tracking.deliver import deliver
from gitwf.tracking.opening import store_of
from gitwf.tracking.outbox import Outbox, Target
from gitwf.tracking.outbox import problem as place_of_problem
from gitwf.tracking.store import Store, UnavailableError

PATIENCE = 30.0
"""Seconds that it goes on trying when nobody is left who waits for it."""

_PAUSE = 0.5, 60.0
"""Seconds between two tries after one that failed, and the most that they grow to."""

_LOOK = 5.0
"""Seconds after which it looks without being told."""

_OLD = 7 * 86400.0
"""Seconds after which an outbox is removed whose run was never ended, once all of it is there."""


class Sender:
    """Delivers the outboxes in ``folder``."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._stores: dict[str, Store] = {}
        self._tried: set[Path] = set()

    def run(self, wake: int) -> None:
        """Deliver until ``wake``, a file descriptor, is at its end, and all is there."""
        deadline: float | None = None
        pause, most = _PAUSE
        while True:
            problem = self._round()
            self._tell(problem)
            if deadline is not None and (problem is None or time.monotonic() > deadline):
                return
            wait = pause * random.uniform(0.5, 1.0) if problem else _LOOK  # noqa: S311
            pause = min(2 * pause, most) if problem else _PAUSE[0]
            if deadline is not None:
                time.sleep(wait)
            elif _has_ended(wake, wait, deaf=problem is not None):
                deadline = time.monotonic() + PATIENCE

    def _round(self) -> str | None:
        """Try all that waits; return what kept some of it back, or None."""
        problem = None
        for folder in sorted(path for path in self._folder.iterdir() if path.is_dir()):
            outbox = Outbox(folder)
            with _alone(folder) as is_ours:
                target = outbox.target() if is_ours else None
                if target is None:
                    continue
                try:
                    self._deliver(outbox, target)
                except UnavailableError as error:
                    problem = f"{target.uri}: {error}"
        for store in self._stores.values():
            store.close()
        return problem

    def _deliver(self, outbox: Outbox, target: Target) -> None:
        if not outbox.is_waiting():
            if time.time() - outbox.folder.stat().st_mtime > _OLD:
                outbox.remove()
            return
        # Nobody knows what the last try of another process came to.
        again = outbox.folder in self._tried or (outbox.folder / "tried").exists()
        (outbox.folder / "tried").touch()
        self._tried.add(outbox.folder)
        if target.uri not in self._stores:
            self._stores[target.uri] = store_of(target.uri, self._environment)
        store = self._stores[target.uri]
        if deliver(outbox, target.experiment, store, _log, again=again):
            outbox.remove()
        else:
            (outbox.folder / "tried").unlink(missing_ok=True)
            self._tried.discard(outbox.folder)

    def _tell(self, problem: str | None) -> None:
        """Have `git wf status` say why something waits, or that nothing does."""
        path = place_of_problem(self._folder)
        with suppress(OSError):
            if problem is None:
                path.unlink(missing_ok=True)
            else:
                disk.replace(path, problem.encode("utf-8", "replace"))


def main(folder: str) -> None:
    """Run as the process beside."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    disk.replace(place / "pid", f"{os.getpid()}\n".encode())
    Sender(place, os.environ).run(sys.stdin.fileno())


def _log(message: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} left out: {message}\n")
    sys.stderr.flush()


def _has_ended(wake: int, seconds: float, *, deaf: bool) -> bool:
    """Wait for a byte or the end of ``wake``; return whether it was the end.

    ``deaf``: bytes do not end the waiting, as after a failure.
    """
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([wake], [], [], left)[0]:
            return False
        if not os.read(wake, 4096):
            return True
        if not deaf:
            return False
    return False


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Tell whether nobody else delivers this outbox; while the block runs nobody will."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:  # it was removed this moment
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
