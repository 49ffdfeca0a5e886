"""What the README and the guide tell people to type works, and prints what they say it prints."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gitwf.diagnostics import Source, render
from gitwf.language.parser import parse

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
)

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MARK = "<end of a command>"

VARYING = (
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b"), "RUN"),
    (re.compile(r"\b[0-9a-f]{10}\b"), "COMMIT"),
    (re.compile(r"\b[0-9]+(\.[0-9]+)? s\b"), "SECONDS"),
)


class Block(NamedTuple):
    language: str
    file: str
    text: str


def blocks(document: str) -> Iterator[Block]:
    for match in BLOCK.finditer((ROOT / document).read_text(encoding="utf-8")):
        yield Block(*(group or "" for group in match.groups()))


def steady(text: str) -> str:
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text


class Reader:
    """Somebody who does what a document says, from its top to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, document: str) -> None:
        for block in blocks(document):
            if block.file:
                path = self.folder / block.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
            elif block.language == "console":
                self.type(block.text)

    def type(self, console: str) -> None:
        """Type the commands of a block; where it shows what one prints, hold it to that."""
        dialogue = [part.split("\n", 1) for part in console.removeprefix("$ ").split("\n$ ")]
        printed = self.run([command for command, *_ in dialogue])
        for (command, *shown), real in zip(dialogue, printed, strict=True):
            if shown and shown[0].strip():
                assert steady(real.strip()) == steady(shown[0].strip()), command

    def run(self, commands: list[str]) -> list[str]:
        script = "".join(f"{command}\necho '{MARK}'\n" for command in commands)
        done = subprocess.run(
            ["sh", "-e", "-c", f"{script}pwd"],
            cwd=self.folder,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        *printed, folder = done.stdout.split(f"{MARK}\n")
        self.folder = Path(folder.strip())
        return printed


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.mark.parametrize("document", ["README.md", "docs/guide.md"])
def test_what_is_typed_prints_what_is_shown(document: str, reader: Reader) -> None:
    reader.read(document)


@pytest.mark.slow
def test_the_demo_project_says_how_to_play_it(reader: Reader) -> None:
    reader.run(["git wf demo digits", "cd digits"])
    reader.read("workflows/digits/README.md")


@pytest.mark.slow
def test_the_tour_ends_with_the_first_model_and_a_picture(reader: Reader) -> None:
    (told,) = reader.run([f"sh '{ROOT}/workflows/tour.sh' digits"])
    *_, conclusion, search = told.split("\n# ")
    assert steady(conclusion) == (
        "In production is the first model again, byte for byte.\n"
        "  To train, measure, deploy and try it took SECONDS.\n"
        "  The rollback took SECONDS; the first model was in production after SECONDS of them.\n"
    )
    table = search.split("$ git wf results --experiment 'trial_*' --metric accuracy\n")[1]
    head, *rows = table.splitlines()
    assert head.split() == ["phase", "experiment", "hidden", "rate", "accuracy", "time"]
    accuracies = [float(row.split()[4]) for row in rows[:6]]
    assert accuracies == sorted(accuracies, reverse=True)
    picture = (reader.folder / "digits" / "search.svg").read_text()
    assert "accuracy: best" in picture


@pytest.mark.parametrize("document", DOCUMENTS)
def test_workflows_are_well_formed(document: str) -> None:
    for block in blocks(document):
        if block.language == "wf":
            source = Source(document, block.text)
            found = parse(document, block.text).diagnostics
            assert [render(diagnostic, source) for diagnostic in found] == []


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    for path, anchor in LINK.findall((ROOT / document).read_text(encoding="utf-8")):
        target = (ROOT / document).parent / path if path else ROOT / document
        assert target.exists(), path
        if anchor:
            headings = HEADING.findall(target.read_text(encoding="utf-8"))
            assert anchor in {slug(heading) for heading in headings}, f"{path}#{anchor}"
