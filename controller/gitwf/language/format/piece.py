"""A piece of a formatted file: a token as it is to be written, and what may stand beside it."""

from __future__ import annotations

from enum import IntEnum, auto

import msgspec

from gitwf.language.token import Kind


class Side(IntEnum):
    """What stands beside a piece on its line; where two pieces disagree, the first of these."""

    TIGHT = auto()
    """Nothing."""
    LOOSE = auto()
    """A space."""
    AS_WRITTEN = auto()
    """A space where there is white space: what touches belongs together."""


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A token as it is to be written, and where it stood in the text.

    ``begins``: a newline has ended the statement before it.
    """

    kind: Kind
    text: str
    start: int
    end: int
    before: Side
    after: Side
    begins: bool


def space(left: Piece, right: Piece) -> str:
    """Return what stands between two pieces of a line."""
    side = min(left.after, right.before)
    if side is Side.AS_WRITTEN:
        return "" if left.end == right.start else " "
    return " " if side is Side.LOOSE else ""
