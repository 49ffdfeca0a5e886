"""What the jobs of a run may take: named resources, and a slot each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gitwf.engine.unit.resources import Resources
from gitwf.engine.unit.stop import Stop
from gitwf.plan.needs import Needs, together

_SLOT: Needs = {"jobs": 1}


class Supply:
    """What the jobs of one run share with those of all runs of this process.

    ``limits`` are those of the named ``resources``; what has none is not counted. ``jobs`` is how
    many ``slots`` there are; None: a job needs none.
    """

    def __init__(
        self,
        resources: Resources | None = None,
        limits: Mapping[str, float] | None = None,
        slots: Resources | None = None,
        jobs: int | None = None,
    ) -> None:
        self._resources = resources or Resources()
        self._limits = limits or {}
        self._slots = slots or Resources()
        self._jobs = {} if jobs is None else {"jobs": float(jobs)}

    @contextmanager
    def job(
        self, needs: Needs, stop: Stop, *, slot: bool = True, begun: bool = False
    ) -> Iterator[None]:
        """Hold what a job ``needs``, and a ``slot``, while the block runs.

        The slot comes last: who has one waits for nothing more, so all who wait will get theirs.
        ``begun``: the job runs already, and what it has it keeps.

        Raises:
            TooMuchError: if a need is above its limit, and so would never be met.
            StoppedError: if the stop is asked for while it waits.
        """
        slots = _SLOT if slot else {}
        with (
            self._resources.taking(needs, self._limits, stop, at_once=begun),
            self._slots.taking(slots, self._jobs, stop, at_once=begun),
        ):
            yield

    @contextmanager
    def pipe(
        self, parts: Sequence[Needs], stop: Stop, *, begun: bool = False
    ) -> Iterator[list[Supply]]:
        """Hold what the ``parts`` of a pipe need together, and one slot; give each part its own.

        Jobs of a pipe run at once or not at all: none can wait for what another of them has.

        Raises:
            TooMuchError, StoppedError: as `job`.
        """
        counted = [{n: need for n, need in part.items() if n in self._limits} for part in parts]
        with self.job(together(counted), stop, begun=begun):
            yield [Supply(limits=self._share(part)) for part in counted]

    def _share(self, needs: Needs) -> Needs:
        """Return the limits of a part of a pipe: nothing but its share of what is counted here."""
        return {name: needs.get(name, 0) for name in self._limits}
