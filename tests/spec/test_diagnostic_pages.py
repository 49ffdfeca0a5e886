"""Each page of docs/diagnostics: its example gives its code and output, its mend does not.

A page holds, in this order: an example (```wf or ```toml), its output (```text), and the mend.
A ```json block gives what of the repository both stand in: ``files``, and any field of
`Surroundings`. ``UPDATE_SPEC=1`` writes the output anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from gitwf.config.load import load as load_settings
from gitwf.config.support import check_support
from gitwf.diagnostics import Diagnostic, Severity, Source, render
from gitwf.language.check.checker import check
from gitwf.language.check.codes import CODES
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import load

PAGES = Path(__file__).parents[2] / "docs" / "diagnostics"
BLOCK = re.compile(r"^```(wf|toml|text|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = {"WF403": "the checker knows no plan: `tests/unit/reconcile/test_static.py` holds it"}
HERE = [code for code in CODES if code not in ELSEWHERE]


class Around(msgspec.Struct):
    files: dict[str, str] = {}
    surroundings: Surroundings = Surroundings()


class Page(msgspec.Struct):
    path: Path
    text: str
    kind: str
    example: str
    output: str
    mend: str
    around: Around


def read(code: str) -> Page:
    path = PAGES / f"{code}.md"
    text = path.read_text(encoding="utf-8")
    blocks: list[tuple[str, str]] = BLOCK.findall(text)
    (kind, example), (_, mend) = (block for block in blocks if block[0] in {"wf", "toml"})
    (output,) = (content for kind, content in blocks if kind == "text")
    given = dict(blocks).get("json", "{}")
    around = Around(
        msgspec.json.decode(given, type=Around).files,
        msgspec.json.decode(given, type=Surroundings),
    )
    return Page(path, text, kind, example, output, mend, around)


def diagnose(page: Page, text: str) -> tuple[list[Diagnostic], Mapping[str, Source]]:
    """Return what is said of ``text``; what this version lacks only on the page about that."""
    if page.kind == "toml":
        found = load_settings(text).diagnostics
        if page.path.stem == "WF603":
            found = (*found, *check_support(text, "wf.toml"))
        return list(found), {"wf.toml": Source("wf.toml", text)}
    program = load("case.wf", {**page.around.files, "case.wf": text}.get)
    said = check(program, page.around.surroundings)
    kept = [d for d in said if d.code != "WF109" or page.path.stem == "WF109"]
    return kept, program.sources


def test_a_page_for_each_code_and_a_code_for_each_page() -> None:
    assert {path.stem for path in PAGES.glob("WF*.md")} == CODES.keys()


@pytest.mark.parametrize("code", CODES)
def test_title(code: str) -> None:
    title = read(code).text.partition("\n")[0]
    assert title == f"# {code}: {CODES[code]}"


@pytest.mark.parametrize("code", HERE)
def test_example(code: str) -> None:
    page = read(code)
    found, sources = diagnose(page, page.example)
    shown = "".join(f"{render(d, sources[d.path])}\n" for d in found)
    if os.environ.get("UPDATE_SPEC"):
        page.path.write_text(page.text.replace(page.output, shown), encoding="utf-8")
    assert {d.code for d in found} == {code}
    assert all(("(warning)" in CODES[code]) == (d.severity is Severity.WARNING) for d in found)
    assert page.output == shown


@pytest.mark.parametrize("code", HERE)
def test_mend(code: str) -> None:
    page = read(code)
    found, sources = diagnose(page, page.mend)
    assert [render(d, sources[d.path]) for d in found] == []


def test_every_code_that_is_reported_is_in_the_table() -> None:
    sources = (PAGES.parents[1] / "controller").rglob("*.py")
    named = {
        code for path in sources for code in re.findall(r'"(WF\d{3})"', path.read_text("utf-8"))
    }
    assert named == CODES.keys()
