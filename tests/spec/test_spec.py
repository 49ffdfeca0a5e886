"""Run every case of ``cases/*.spec.md``: its ```wf block must give its ```diagnostics block.

A block that names a file (```wf lib.wf) is a further file of the repository. With `UPDATE_SPEC=1`
the diagnostics are written into the cases instead of compared: read the difference before you
commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest

from gitwf.diagnostics import render
from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import load

FOLDER = Path(__file__).parent / "cases"
_SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Case(msgspec.Struct, frozen=True):
    """A section of a case file: the files it lays out, and what is said about them."""

    page: Path
    title: str
    files: dict[str, str]
    diagnostics: str


def _cases(page: Path) -> list[Case]:
    found: list[Case] = []
    for title, body in _SECTION.findall(page.read_text(encoding="utf-8")):
        blocks = _BLOCK.findall(body)
        files = {name or "case.wf": text for kind, name, text in blocks if kind == "wf"}
        said = "".join(text for kind, _, text in blocks if kind == "diagnostics")
        found.append(Case(page, title, files, said))
    return found


CASES = [case for page in sorted(FOLDER.glob("*.spec.md")) for case in _cases(page)]


def _said(files: dict[str, str]) -> str:
    program = load("case.wf", files.get)
    found = check(program, Surroundings())
    return "".join(render(d, program.sources[d.path]) + "\n" for d in found)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.page.name.removesuffix('.spec.md')}: {case.title}"
)
def test_spec(case: Case) -> None:
    said = _said(case.files)
    if os.environ.get("UPDATE_SPEC"):
        _update(case, said)
    else:
        assert said == case.diagnostics


def _update(case: Case, said: str) -> None:
    text = case.page.read_text(encoding="utf-8")
    head, title, body = text.partition(f"## {case.title}\n")
    before, block, rest = body.partition("```diagnostics\n")
    _, end, after = rest.partition("```\n")
    updated = f"{head}{title}{before}{block}{said}{end}{after}"
    case.page.write_text(updated, encoding="utf-8")


def test_there_are_cases() -> None:
    assert CASES
