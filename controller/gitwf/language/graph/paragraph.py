"""Long words of a picture, on several lines."""

from __future__ import annotations

import textwrap

_LINES = 4


def paragraph(text: str, width: int) -> str:
    """Return ``text`` with each of its lines on lines of at most ``width`` characters, but few."""
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    return textwrap.fill(
        line,
        width,
        subsequent_indent="  ",
        max_lines=_LINES,
        placeholder=" …",
        break_on_hyphens=False,
    )
