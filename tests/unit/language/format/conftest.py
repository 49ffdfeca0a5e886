"""The formatter, as the tables call it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.format.formatter import formatted
from gitwf.language.format.spelling import UNICODE, Marks
from gitwf.language.parser import parse

Format = Callable[..., str]


@pytest.fixture
def fmt() -> Format:
    """The canonical form of a text that has no errors."""

    def form(text: str, marks: Marks = UNICODE) -> str:
        parsed = parse("case.wf", text)
        assert parsed.diagnostics == ()
        return formatted(text, parsed, marks)

    return form
