"""What a check finds."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """Something wrong with the records: where, what, and what to do about it.

    ``place`` is a ref, a path, or a line of one.
    """

    place: str
    problem: str
    hint: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}: {self.hint}"
