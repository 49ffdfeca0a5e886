"""What is wrong in the text of a workflow and shows only when it is played, as a failure with its place."""

from __future__ import annotations

from gitwf.diagnostics import Source
from gitwf.engine.unit.outcome import Failure, Kind
from gitwf.language.arguments import ArgumentError
from gitwf.language.scope import EvaluationError


def fault(
    error: EvaluationError | ArgumentError, source: Source | None, step: str, command: str = ""
) -> Failure:
    """Return ``error`` as the failure of ``command`` at ``step``; ``source`` is what its span is of."""
    return Failure(
        Kind.TYPE, error.message, command, step, place=_place(error, source), hint=error.hint or ""
    )


def _place(error: EvaluationError | ArgumentError, source: Source | None) -> str:
    if source is None:
        return ""
    line, column = source.position(error.span.start)
    return f"{source.path}:{line}:{column}"
