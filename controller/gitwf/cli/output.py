"""How results are printed: JSON for programs, tables and lines for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

import msgspec

from gitwf.cli.plain import plain
from gitwf.duration import format_duration

_COLOURS = {
    "succeeded": "32",
    "deployed": "32",
    "failed": "31",
    "lost": "31",
    "unknown": "31",
    "running": "33",
    "waiting": "33",
    "changing": "33",
    "cancelled": "33",
}


def print_json(value: object) -> None:
    """Print one JSON value and a newline."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_object(value: object) -> None:
    """Print one JSON value as a line of its own, at once: one of many."""
    print_encoded(msgspec.json.encode(value))


def print_encoded(value: bytes) -> None:
    """Print one JSON value that is encoded already, as `print_object`."""
    _print(value.decode())


def print_line(line: str) -> None:
    """Print a line for people at once."""
    _print(plain(line))


def print_painted(line: str) -> None:
    """Print a line for people at once, with the words for states in colour on a terminal."""
    _print(paint(line))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_table(rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns, as wide as their widest cell."""
    rows = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print_painted("  ".join(cells).rstrip())


def paint(line: str) -> str:
    """Return ``line`` in plain text, with the words for states in colour on a terminal."""
    line = plain(line)
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return line
    for word, colour in _COLOURS.items():
        line = line.replace(word, f"\x1b[{colour}m{word}\x1b[0m")
    return line


def clipped(text: str, width: int = 60) -> str:
    """Return ``text`` in one line, with an ellipsis where it is longer than ``width``."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def size(count: int) -> str:
    """Return a number of bytes in the largest unit that fits: ``1.5 MB``."""
    for factor, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"


def ago(seconds: float) -> str:
    """Return a time span in the largest unit that fits: ``3 min``, ``2 h``."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


_MINUTES = 120.0
"""Seconds from which minutes are easier to read."""


def took(seconds: float | None) -> str:
    """Return how long something took, with digits that mean something."""
    if seconds is None:
        return "-"
    if seconds < _MINUTES:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004
    return format_duration(round(seconds))
