"""Who may do what was decided: the one controller of a clone, or, of clones that share a remote, who holds the lease."""

from __future__ import annotations

from typing import Protocol


class Authority(Protocol):
    """Lets a clone act, or not."""

    @property
    def generation(self) -> int:
        """What the records are at that this clone has read: it changes when others' records come in."""
        ...

    def admits(self, generation: int) -> bool:
        """Return whether what was decided on the records of ``generation`` may be done now.

        Raises:
            RemoteError: if nobody can tell.
        """
        ...

    def has_rival(self) -> bool:
        """Return whether another clone is known to act now."""
        ...


class Alone:
    """A clone that shares its records with nobody: a lock file sees to it that one controller acts."""

    generation = 0

    def admits(self, generation: int) -> bool:
        """Return that it may."""
        return generation == self.generation

    def has_rival(self) -> bool:
        """Return that none is."""
        return False


ALONE = Alone()
