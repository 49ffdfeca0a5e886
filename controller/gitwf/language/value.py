"""Values of the language: JSON values, whose numbers are decimal and keep their spelling."""

from __future__ import annotations

from decimal import Context, Decimal

import msgspec

DIGITS = Context(prec=40)
"""All arithmetic is decimal, to 40 digits (`docs/language.md`, section 4)."""


class Number(msgspec.Struct, frozen=True, eq=False):
    """A number: its value, and how it was written where it was written or read."""

    decimal: Decimal
    spelling: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.decimal == other.decimal

    def __hash__(self) -> int:
        return hash(self.decimal)


Value = None | bool | Number | str | list["Value"] | dict[str, "Value"]
