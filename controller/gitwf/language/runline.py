"""Run lines: text for `/bin/sh -c` with values in it, which are never code.

A value is quoted for the place where it stands (`quoting` finds the place); where that cannot be
certain it is refused, before anything runs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import tree
from gitwf.language.embedded import parse_embedded
from gitwf.language.evaluate import evaluate
from gitwf.language.hole import HOLE, Hole, quoted
from gitwf.language.quoting import Quoting, Unclosed, scan
from gitwf.language.reads import reads
from gitwf.language.scope import EvaluationError, Scope
from gitwf.language.value import Value, to_text

_PIECE = re.compile(
    r"(?P<escape>\\.)|(?P<dollar>\$\$)|(?P<expression>\$\{)|\$(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>[^\\$]+|.)",
    re.DOTALL,
)


class ShellText(tree.Node, frozen=True):
    """Text of the shell as it is meant: ``$$`` is one dollar."""

    text: str


class ShellValue(tree.Node, frozen=True):
    """A value, and the place where it stands."""

    expression: tree.Expression
    hole: Hole


class RunLine(msgspec.Struct, frozen=True):
    """A run line: its parts in order, and what is wrong with it."""

    parts: tuple[ShellText | ShellValue, ...]
    diagnostics: tuple[Diagnostic, ...]


def parse_run_line(text: str, offset: int, path: str) -> RunLine:
    """Parse the text of a ``run`` field that stands at ``offset`` of the file ``path``.

    Never raises. WF102 is reported for what is not closed, WF103 for a value in a place that
    takes none, WF107 and others for an expression.
    """
    pieces, diagnostics = _split(text.replace(HOLE, "\N{REPLACEMENT CHARACTER}"), offset, path)
    quoting = scan("".join(p.text if isinstance(p, ShellText) else HOLE for p in pieces))
    parts = tuple(_placed(pieces, quoting))
    diagnostics += _refusals(parts, text, offset, path)
    if quoting.unclosed and not diagnostics:
        diagnostics.append(_unclosed(quoting.unclosed, pieces, path))
    return RunLine(parts, tuple(diagnostics))


def render(run_line: RunLine, scope: Scope) -> str:
    """Return the text for `/bin/sh -c`, with every value quoted for its place.

    Raises:
        EvaluationError: if a value is missing, holds a NUL, or stands where none can.
    """
    return "".join(
        part.text if isinstance(part, ShellText) else _rendered(part, scope)
        for part in run_line.parts
    )


def names(run_line: RunLine) -> tuple[tree.Name, ...]:
    """Return the variables that a run line reads, but those left of ``??``, which may be unset."""
    values = (part for part in run_line.parts if isinstance(part, ShellValue))
    return tuple(name for value in values for name in reads(value.expression))


def _split(
    text: str, offset: int, path: str
) -> tuple[list[ShellText | tree.Interpolation], list[Diagnostic]]:
    """Part a run line into the shell's text and values. A ``$`` after a backslash is the shell's."""
    pieces: list[ShellText | tree.Interpolation] = []
    diagnostics: list[Diagnostic] = []
    at = 0
    while piece := _PIECE.match(text, at):
        at = piece.end()
        span = Span(offset + piece.start(), offset + at)
        kind = piece.lastgroup
        if kind == "expression":
            found = parse_embedded(path, text, piece.start(), offset)
            at = max(at, found.end)
            span = Span(span.start, offset + at)
            diagnostics += found.diagnostics
            pieces.append(tree.Interpolation(span, found.expression))
        elif kind == "name":
            pieces.append(tree.Interpolation(span, tree.Name(span, piece["name"])))
        else:
            pieces.append(ShellText(span, "$" if kind == "dollar" else piece[0]))
    return pieces, diagnostics


def _placed(
    pieces: list[ShellText | tree.Interpolation], quoting: Quoting
) -> Iterator[ShellText | ShellValue]:
    holes = iter(quoting.holes)
    for piece in pieces:
        if isinstance(piece, ShellText):
            yield piece
        else:
            yield ShellValue(piece.span, piece.expression, next(holes))


def _refusals(
    parts: tuple[ShellText | ShellValue, ...], text: str, offset: int, path: str
) -> Iterator[Diagnostic]:
    for part in parts:
        if isinstance(part, ShellValue) and (refusal := part.hole.refusal):
            written = text[part.span.start - offset : part.span.end - offset]
            message = f"a value cannot stand {refusal.place}"
            hint = refusal.hint.replace("$value", written)
            yield Diagnostic("WF103", message, path, part.span, hint)


def _unclosed(
    unclosed: Unclosed, pieces: list[ShellText | tree.Interpolation], path: str
) -> Diagnostic:
    """Return the report of what is not closed, whose place is known in the script alone."""
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + (len(piece.text) if isinstance(piece, ShellText) else 1))
    index = bisect_right(starts, unclosed.at) - 1
    start = pieces[index].span.start + unclosed.at - starts[index]
    span = Span(start, start + len(unclosed.what))
    shown = "backquote" if unclosed.what == "`" else f"`{unclosed.what}`"
    hint = "close it on this line; a backslash before it makes it a character like any other"
    return Diagnostic("WF102", f"unterminated {shown}", path, span, hint)


def _rendered(part: ShellValue, scope: Scope) -> str:
    value = evaluate(part.expression, scope)
    if part.hole.quote is None:
        raise EvaluationError("a value cannot stand here", part.span)
    items: list[Value] = value if part.hole.alone and isinstance(value, list) else [value]
    texts = [to_text(item) for item in items]
    if any("\0" in text for text in texts):
        raise EvaluationError("a value that holds a NUL cannot stand in a command", part.span)
    return " ".join(quoted(text, part.hole) for text in texts)
