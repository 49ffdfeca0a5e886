"""Groups: which of them are written on lines of their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from gitwf.language.format.gap import read_gap
from gitwf.language.format.piece import Piece
from gitwf.language.token import Kind


class _Group(msgspec.Struct):
    brace: int
    has_lines: bool


def broken_braces(text: str, pieces: Sequence[Piece]) -> frozenset[int]:
    """Return where the braces stand that have the lines of their group between them.

    A group has lines if a newline stands behind its opening brace or between its statements.
    """
    found: set[int] = set()
    groups: list[_Group] = []
    for left, piece in pairwise(pieces):
        if left.kind is Kind.OPEN:
            groups.append(_Group(left.start, _breaks_after(text, left, piece)))
        if groups and (piece.begins or piece.kind is Kind.BRANCH):
            groups[-1].has_lines = True
        if piece.kind is Kind.CLOSE:
            group = groups.pop()
            if group.has_lines:
                found |= {group.brace, piece.start}
    return frozenset(found)


def _breaks_after(text: str, brace: Piece, following: Piece) -> bool:
    gap = read_gap(text, brace.end, following.start)
    if following.kind is Kind.CLOSE:
        return bool(gap.trailing or gap.remarks)
    return gap.breaks or gap.escaped
