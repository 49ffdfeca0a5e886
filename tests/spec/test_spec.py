r"""Run every case of ``cases/*.spec.md``: what `validate` says of it is its ```diagnostics block.

Each other block is a file: ```wf is `case.wf`, and any more names its path (```toml wf.toml). Two
words may follow the path: ``escaped`` has ``\xNN`` stand for a byte and ``\uNNNN`` for a character
that no one would see here, and ``untracked`` is a file that git does not know. Only a case with
other files than workflows stands in a git repository. With ``UPDATE_SPEC=1`` the diagnostics are
written into the cases instead of compared: read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.app.validate import validate
from gitwf.language.check.codes import CODES

if TYPE_CHECKING:
    from tests.conftest import Folder

FOLDER = Path(__file__).parent / "cases"
MAIN = "case.wf"
_SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))")
_DIAGNOSTIC = re.compile(r"^\S+ (WF\d{3}) .*\n(?: .*\n)*? +(=) ", re.MULTILINE)


class File(msgspec.Struct, frozen=True):
    """A file that a case lays out."""

    content: bytes
    tracked: bool

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        if self.content.startswith(b"#!"):
            path.chmod(0o755)


class Case(msgspec.Struct, frozen=True):
    """A section of a case file: the files it lays out, and what is said about them."""

    page: Path
    title: str
    files: dict[str, File]
    diagnostics: str


def _cases(page: Path) -> list[Case]:
    found: list[Case] = []
    for title, body in _SECTION.findall(page.read_text(encoding="utf-8")):
        blocks = _BLOCK.findall(body)
        files = {
            path or MAIN: _file(text, word)
            for kind, path, word, text in blocks
            if kind != "diagnostics"
        }
        said = "".join(text for kind, *_, text in blocks if kind == "diagnostics")
        found.append(Case(page, title, files, said))
    return found


def _file(text: str, word: str) -> File:
    if word == "escaped":
        text = _ESCAPE.sub(_unescaped, text)
    return File(text.encode("utf-8", "surrogateescape"), tracked=word != "untracked")


def _unescaped(match: re.Match[str]) -> str:
    byte, character = match.groups()
    return (
        bytes.fromhex(byte).decode("utf-8", "surrogateescape") if byte else chr(int(character, 16))
    )


CASES = [case for page in sorted(FOLDER.glob("*.spec.md")) for case in _cases(page)]


@pytest.fixture
def place(case: Case, request: pytest.FixtureRequest) -> Path:
    """A folder with the files of a case, in a git repository if they are not all workflows."""
    if all(path.endswith(".wf") for path in case.files):
        return _laid_out(case, request.getfixturevalue("tmp_path"))
    folder: Folder = request.getfixturevalue("folder")
    _laid_out(case, folder.path)
    folder.git("add", *(path for path, file in case.files.items() if file.tracked))
    return folder.path


def _laid_out(case: Case, place: Path) -> Path:
    for path, file in case.files.items():
        file.write(place / path)
    return place


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.page.name.removesuffix('.spec.md')}: {case.title}"
)
def test_spec(case: Case, place: Path) -> None:
    findings = validate(place, [MAIN] if MAIN in case.files else [])
    said = "".join(f"{shown}\n" for shown in findings.rendered())
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


def test_every_code_has_a_case_with_its_hint() -> None:
    said = "".join(case.diagnostics for case in CASES)
    assert {code for code, _ in _DIAGNOSTIC.findall(said)} == CODES.keys()
