"""Gaps: what stands between two tokens and means nothing, but to people."""

from __future__ import annotations

import re

import msgspec

_REMARK_OR_LINE_END = re.compile(r"#[^\n]*|\\\r*\n|\n")


class Remark(msgspec.Struct, frozen=True):
    """A comment on a line of its own: its column in the text, and if a blank line is before it."""

    text: str
    column: int
    after_blank: bool


class Gap(msgspec.Struct, frozen=True):
    """What stands between two tokens.

    ``breaks``: a newline. ``escaped``: a newline behind a backslash. ``trailing``: the comment
    behind the token before, or "". ``blank``: a blank line stands before what comes next.
    """

    breaks: bool = False
    escaped: bool = False
    trailing: str = ""
    remarks: tuple[Remark, ...] = ()
    blank: bool = False


_NO_LINE_END = Gap()


def read_gap(text: str, start: int, end: int) -> Gap:
    """Read what stands in ``text`` between the token that ends at ``start`` and that at ``end``.

    Where ``start`` is 0 no token stands before.
    """
    if text.find("\n", start, end) < 0 and text.find("#", start, end) < 0:
        return _NO_LINE_END
    breaks = escaped = ended = blank = False
    trailing, remarks = "", list[Remark]()
    on_own_line = not start
    for match in _REMARK_OR_LINE_END.finditer(text, start, end):
        found = match[0]
        if not found.startswith("#"):
            breaks |= found == "\n"
            escaped |= found != "\n"
            blank |= ended and found == "\n"
            ended = on_own_line = True
            continue
        if on_own_line:
            remarks.append(Remark(found.rstrip(), column(text, match.start()), blank))
        else:
            trailing = found.rstrip()
        ended = blank = False
    return Gap(breaks, escaped, trailing, tuple(remarks), blank)


def column(text: str, offset: int) -> int:
    """Return how many characters stand before ``offset`` on its line."""
    return offset - text.rfind("\n", 0, offset) - 1
