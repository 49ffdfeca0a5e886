"""Diagnostics: what is wrong, where, and what to do. Values until an edge prints them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

import msgspec


class Severity(StrEnum):
    """How bad it is: an error keeps a file from running, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Span(msgspec.Struct, frozen=True, order=True, gc=False):
    """A half-open range of character offsets into one source text."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of ``other``."""
        return Span(self.start, max(self.end, other.end))


class Diagnostic(msgspec.Struct, frozen=True):
    """One message about one place, with a stable code.

    ``message`` is lower case, without a full stop, code in backticks. ``hint`` says what to do, or
    is None. Both are one line: what cannot be printed of the text that they cite is a space.
    ``path`` is the file as the user named it, relative to the repository.
    """

    code: str
    message: str
    path: str
    span: Span
    hint: str | None = None
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "message", _printable(self.message))
        if self.hint is not None:
            msgspec.structs.force_setattr(self, "hint", _printable(self.hint))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


class Source:
    """A source text with its path, which knows lines and columns (1-based, in characters)."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of a character offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return line ``number`` (1-based) without its line end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


class Located(msgspec.Struct, frozen=True):
    """A diagnostic as ``--json`` prints it: lines and columns instead of offsets."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    severity: Severity
    message: str
    hint: str | None


def locate(diagnostic: Diagnostic, source: Source) -> Located:
    """Return ``diagnostic`` with lines and columns in place of offsets."""
    line, column = source.position(diagnostic.span.start)
    end_line, end_column = source.position(diagnostic.span.end)
    return Located(
        diagnostic.path,
        line,
        column,
        end_line,
        end_column,
        diagnostic.code,
        diagnostic.severity,
        diagnostic.message,
        diagnostic.hint,
    )


_HIDDEN = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for the tab
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what changes the direction of text
    r"\ud800-\udfff]"  # bytes that are no UTF-8
)
"""What a terminal must not be given."""


def visible(text: str) -> str:
    """Return ``text`` with a mark in place of each character that a terminal would act on."""
    return re.sub(_HIDDEN, "\N{REPLACEMENT CHARACTER}", text)


def render(diagnostic: Diagnostic, source: Source) -> str:
    """Render ``diagnostic`` the way a terminal shows it.

    ::

        case.wf:2:10: WF202 unknown command `/fetc`
          2 | /prepare && /fetc
            |             ^^^^^
            = did you mean `/fetch`?
    """
    line, column = source.position(diagnostic.span.start)
    word = "" if diagnostic.severity is Severity.ERROR else f"{diagnostic.severity}: "
    out = [f"{diagnostic.path}:{line}:{column}: {diagnostic.code} {word}{diagnostic.message}"]
    text = visible(source.line(line))
    gutter = " " * len(str(line))
    if text.strip():
        before = text[: column - 1]
        pad = "".join("\t" if c == "\t" else " " for c in before)
        width = min(diagnostic.span.end - diagnostic.span.start, len(text) - len(before))
        out += [f"  {line} | {text}", f"  {gutter} | {pad}{'^' * max(1, width)}"]
    if diagnostic.hint:
        out.append(f"  {gutter} = {diagnostic.hint}")
    return "\n".join(out)


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return ``diagnostics`` by file and place, one for each place, errors before warnings."""
    found: dict[tuple[str, int], Diagnostic] = {}
    rank = {Severity.ERROR: 0, Severity.WARNING: 1}
    for d in sorted(diagnostics, key=lambda d: (d.path, d.span.start, rank[d.severity])):
        found.setdefault((d.path, d.span.start), d)
    return list(found.values())


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of ``diagnostics`` keeps its file from running."""
    return any(d.severity is Severity.ERROR for d in diagnostics)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that ``word`` was probably meant to be, or None.

    The limit is a third of the word's length in edits, as Gleam's compiler has it, and less than
    all of it: a name of one letter is near to none. Upper and lower case are no edits.
    """
    limit = min(max(1, len(word) // 3), len(word) - 1)
    best: tuple[int, str] | None = None
    for candidate in candidates:
        if abs(len(candidate) - len(word)) > limit:
            continue
        found = (_edits(word.lower(), candidate.lower()), candidate)
        if found[0] <= limit and (best is None or found < best):
            best = found
    return best[1] if best else None


def _edits(a: str, b: str) -> int:
    """Return the Damerau-Levenshtein (optimal string alignment) distance of two words."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]
