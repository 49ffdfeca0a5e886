"""Every workflow of the project, and in its documents, is written as the formatter writes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitwf.language.format.formatter import formatted
from gitwf.language.parser import parse

ROOT = Path(__file__).parents[4]
_BLOCK = re.compile(r"^```wf[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

WORKFLOWS = sorted([*ROOT.glob("workflows/**/*.wf"), *ROOT.glob("controller/**/*.wf")])
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", WORKFLOWS, ids=_id)
def test_workflows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text, parse(path.name, text)) == text


@pytest.mark.parametrize("path", DOCUMENTS, ids=_id)
def test_documents(path: Path) -> None:
    for text in _BLOCK.findall(path.read_text(encoding="utf-8")):
        assert formatted(text, parse(path.name, text)) == text


def test_there_are_some() -> None:
    assert WORKFLOWS
    assert any(_BLOCK.search(path.read_text(encoding="utf-8")) for path in DOCUMENTS)
