"""What the stages that run at once in one workspace read and write, and where they meet."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from gitwf.data.errors import PathError
from gitwf.data.rwlock import overlap
from gitwf.engine.unit.stop import Stop
from gitwf.plan.stage import Stage


class Claim:
    """A stage that is played: the paths in the workspace that it reads and writes.

    ``disturbed`` are what it reads and another wrote meanwhile: the path, and the other's name.
    """

    def __init__(self, stage: Stage, reads: Iterable[str], writes: Iterable[str]) -> None:
        self.stage = stage
        self.reads = frozenset(reads)
        self.writes = frozenset(writes)
        self.is_writing = False
        self.disturbed: dict[str, str] = {}

    def disturb(self, reader: Claim) -> None:
        """Note for ``reader`` what it reads and this stage writes."""
        met = (path for path in reader.reads if any(overlap(path, w) for w in self.writes))
        reader.disturbed.update(dict.fromkeys(met, self.stage.name))


class Claims:
    """The claims of one workspace. Threads share it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: list[Claim] = []

    @contextmanager
    def claiming(self, claim: Claim, stop: Stop, *, patient: bool) -> Iterator[None]:
        """Hold ``claim`` while the block runs; wait for another playing of the same stage.

        Not ``patient``: it is refused instead.

        Raises:
            PathError: if a stage that is played now writes the same path, or one within it.
            StoppedError: if the stop is asked for while it waits.
        """
        with stop.listening(self._wake), self._changed:
            while (rival := self._rival(claim)) is not None:
                path, other = rival
                if other.stage != claim.stage or not patient:
                    raise _clash(path, claim, other)
                stop.check()
                self._changed.wait()
            for other in self._held:
                if other.is_writing:
                    other.disturb(claim)
            self._held.append(claim)
        try:
            yield
        finally:
            with self._changed:
                self._held.remove(claim)
                self._changed.notify_all()

    def write(self, claim: Claim) -> None:
        """Say that the stage of ``claim`` begins to write."""
        with self._changed:
            claim.is_writing = True
            for other in self._held:
                claim.disturb(other)

    def _rival(self, claim: Claim) -> tuple[str, Claim] | None:
        """Return a path that another stage writes too, and that stage, or None."""
        met = ((_common(claim, other), other) for other in self._held)
        return next(((path, other) for path, other in met if path is not None), None)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _common(one: Claim, other: Claim) -> str | None:
    """Return a path that both write, the longer where one is within the other; None is none."""
    pairs = ((a, b) for a in one.writes for b in other.writes if overlap(a, b))
    return next((max(a, b, key=len) for a, b in pairs), None)


def _clash(path: str, claim: Claim, other: Claim) -> PathError:
    return PathError(
        f"stages `{other.stage.name}` and `{claim.stage.name}` would write `{path}` at once",
        "give each outs of its own, or play one after the other",
    )
