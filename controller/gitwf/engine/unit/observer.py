"""Who hears of a run's experiments while it is played: those who write results down elsewhere.

What an observer does decides nothing: a run is the same with it and without. It hears everything
again when the run is played again, as a controller does that finds it not ended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from gitwf.engine.unit.outcome import Outcome
from gitwf.engine.unit.scope import Scope
from gitwf.language.value import Value
from gitwf.plan.stage import Stage
from gitwf.records.event import Out
from gitwf.records.fold import RunRecord

log = logging.getLogger(__name__)


class Trial(msgspec.Struct, frozen=True):
    """A trial of a `sweep:`: its step, and the values of its axes, those of sweeps around it too."""

    step: str
    axes: Mapping[str, Value]


class Played(msgspec.Struct, frozen=True):
    """A command that has ended, after all its attempts.

    ``parameters`` are those it was called with, defaults too. ``cached``: it was restored.
    ``stage``, ``outs``, and, flat, ``metrics`` and DVC's ``params`` are there where it is a DVC stage.
    ``scope`` are the variables around it.
    """

    step: str
    name: str
    parameters: Mapping[str, Value]
    outcome: Outcome
    scope: Scope
    trial: Trial | None = None
    cached: bool = False
    stage: Stage | None = None
    outs: tuple[Out, ...] = ()
    metrics: Mapping[str, Value] = {}
    params: Mapping[str, Value] = {}


class Observer(Protocol):
    """Hears of one playing of a run. Threads share it."""

    def begun(self) -> None:
        """Hear that the run begins, or is taken up."""

    def trials(self, trials: Sequence[Trial]) -> None:
        """Hear which trials a sweep will have, before the first of them begins."""

    def environment(self, trial: Trial | None) -> Mapping[str, str]:
        """Return what a command gets that is about to begin, in ``trial`` or in none."""

    def played(self, command: Played) -> None:
        """Hear that a command has ended."""

    def tried(self, trial: Trial, outcome: Outcome, scope: Scope) -> None:
        """Hear that a trial has ended."""

    def over(self, record: RunRecord) -> None:
        """Hear that the run is over."""


class Observers:
    """Several observers. What goes wrong with one is logged, and harms neither run nor others."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = observers

    def begun(self) -> None:
        """Tell all."""
        self._tell(lambda observer: observer.begun())

    def trials(self, trials: Sequence[Trial]) -> None:
        """Tell all."""
        self._tell(lambda observer: observer.trials(trials))

    def environment(self, trial: Trial | None) -> Mapping[str, str]:
        """Return what all of them give."""
        given: dict[str, str] = {}
        self._tell(lambda observer: given.update(observer.environment(trial)))
        return given

    def played(self, command: Played) -> None:
        """Tell all."""
        self._tell(lambda observer: observer.played(command))

    def tried(self, trial: Trial, outcome: Outcome, scope: Scope) -> None:
        """Tell all."""
        self._tell(lambda observer: observer.tried(trial, outcome, scope))

    def over(self, record: RunRecord) -> None:
        """Tell all."""
        self._tell(lambda observer: observer.over(record))

    def _tell(self, what: Callable[[Observer], object]) -> None:
        for observer in self._observers:
            try:
                what(observer)
            except Exception:
                log.exception("%s failed; the run goes on", type(observer).__name__)


NOBODY = Observers()
"""Nobody hears."""
