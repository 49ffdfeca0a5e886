"""Whose the jobs of a run are on another machine: the machine knows, and refuses whoever had them before."""

from __future__ import annotations

import shlex

import msgspec


class Claim(msgspec.Struct, frozen=True):
    """``owner``, a clone, plays ``run`` by the lease with the number ``epoch``: the highest one counts.

    Without ``owner`` nobody is kept out.
    """

    run: str = ""
    epoch: int = 0
    owner: str = ""

    @property
    def words(self) -> str:
        """The words of `claim` in `far.sh`."""
        return shlex.join((self.run, str(self.epoch), self.owner))

    def guarding(self, script: str) -> str:
        """Return ``script`` as it is run only where the run is ours still."""
        return f"owned {shlex.join((self.run, self.owner))} && {script}" if self.owner else script


NOBODYS = Claim()
"""The claim of what belongs to no run."""
