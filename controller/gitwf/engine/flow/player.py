"""What the directives of a flow play with."""

from __future__ import annotations

from typing import Protocol

from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Failure, Outcome, Output
from gitwf.language import tree
from gitwf.language.value import Value
from gitwf.plan.needs import Needs


class Notes(Protocol):
    """Writes down what a flow does beside its commands, and answers what a playing before did."""

    def variable(self, step: str, name: str) -> tuple[Value] | None:
        """Return what an earlier playing set a variable to (in a tuple: it may be null), or None."""

    def variable_set(self, step: str, name: str, value: Value) -> None:
        """Record that a variable was set."""

    def write(self, step: str, path: str, output: Output, *, append: bool) -> None:
        """Write ``output`` into the file ``path`` of the workspace, once for ``step``.

        Raises:
            OSError: if it cannot be written, or leads out of the workspace.
            StorageFullError: if there is no room for it.
        """

    def timer(self, step: str, seconds: float) -> float:
        """Begin a timer, or return the seconds left of the one that an earlier playing began."""

    def stopped(self, step: str, failure: Failure) -> None:
        """Record that the part of the flow at ``step`` was stopped, alone."""

    def stop_of(self, step: str) -> Failure | None:
        """Return why an earlier playing of the run stopped the part at ``step``, or None."""

    def reached(self, step: str) -> bool:
        """Return whether an earlier playing of the run began anything at ``step``."""

    def reached_before(self, step: str, stop: Failure) -> bool:
        """Return whether that was before a part around ``step`` was stopped because of ``stop``."""


class Player(Protocol):
    """Plays flows."""

    @property
    def notes(self) -> Notes:
        """Where it is written down what flows do."""

    def needs(self, flow: tree.Flow) -> Needs:
        """Return the named resources that ``flow`` takes at one time."""

    def flow(self, flow: tree.Flow, frame: Frame) -> Outcome:
        """Play a flow.

        Raises:
            StoppedError: if it was stopped before its end.
        """
