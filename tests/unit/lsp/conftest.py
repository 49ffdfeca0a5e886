"""Workflows with a cursor in them, written `‸`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import load
from gitwf.lsp.reading import Reading

CURSOR = "‸"
LIB = """\
# shared
define:/fetch url retries:int=3
  ↳ desc → Fetches a page.
  ↳ run  → curl $url
"""
AROUND = Surroundings(stages=frozenset({"train"}), scripts=frozenset({"smoke"}))

Asked = tuple[Reading, int]


@pytest.fixture
def ask() -> Callable[[str], Asked]:
    """Read a workflow, and return it with the offset of the cursor."""

    def read(text: str) -> Asked:
        offset = text.index(CURSOR)
        files = {"flows/main.wf": text.replace(CURSOR, ""), "flows/lib.wf": LIB}
        program = load("flows/main.wf", files.get)
        found = check(program, AROUND)
        return Reading("flows/main.wf", program, found, AROUND), offset

    return read
