"""Who may take what, first come first served: the rules, without threads and clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Turns:
    """Tickets that wait for an amount of each of some things, and what is taken of these.

    A ticket's turn has come when all that it needs is free and no ticket before it still waits for
    any of it: so nobody starves, and nobody holds one thing while waiting for another.
    """

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._waiting: dict[int, Mapping[str, float]] = {}
        self._next = 0

    def __len__(self) -> int:
        """How many tickets wait."""
        return len(self._waiting)

    def queue(self, needs: Mapping[str, float]) -> int:
        """Return a ticket for ``needs``, behind all others."""
        self._next += 1
        self._waiting[self._next] = needs
        return self._next

    def leave(self, ticket: int) -> None:
        """Take a ticket out of the queue."""
        del self._waiting[ticket]

    def is_due(self, ticket: int, limits: Mapping[str, float]) -> bool:
        """Return whether the turn of ``ticket`` has come."""
        needs = self._waiting[ticket]
        if any(needs.keys() & other.keys() for other in self._before(ticket)):
            return False
        return all(self.taken.get(name, 0) + need <= limits[name] for name, need in needs.items())

    def take(self, needs: Mapping[str, float]) -> None:
        """Count ``needs`` as taken."""
        for name, need in needs.items():
            self.taken[name] = self.taken.get(name, 0) + need

    def give_back(self, needs: Mapping[str, float]) -> None:
        """Count ``needs`` as free again."""
        for name, need in needs.items():
            self.taken[name] -= need

    def _before(self, ticket: int) -> Iterator[Mapping[str, float]]:
        for other, needs in self._waiting.items():
            if other == ticket:
                return
            yield needs
