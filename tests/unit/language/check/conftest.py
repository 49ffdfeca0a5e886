"""What is said of a program, in one line for each diagnostic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pytest

from gitwf.diagnostics import Diagnostic, Severity, Source
from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import load

NOWHERE = Surroundings()


class Said(Protocol):
    def __call__(
        self,
        text: str,
        surroundings: Surroundings = ...,
        files: Mapping[str, str] = ...,
        *,
        support: bool = ...,
    ) -> list[str]: ...


@pytest.fixture
def said() -> Said:
    """Check a program; what this version cannot play is left out unless ``support``."""
    return _said


def _said(
    text: str,
    surroundings: Surroundings = NOWHERE,
    files: Mapping[str, str] = {},
    *,
    support: bool = False,
) -> list[str]:
    program = load("case.wf", {**files, "case.wf": text}.get)
    found = check(program, surroundings)
    return [_line(d, program.sources[d.path]) for d in found if support or d.code != "WF109"]


def _line(diagnostic: Diagnostic, source: Source) -> str:
    line, column = source.position(diagnostic.span.start)
    file = "" if diagnostic.path == "case.wf" else f"{diagnostic.path}:"
    mark = "" if diagnostic.severity is Severity.ERROR else "?"
    hint = f" | {diagnostic.hint}" if diagnostic.hint else ""
    return f"{file}{line}:{column} {diagnostic.code}{mark} {diagnostic.message}{hint}"
