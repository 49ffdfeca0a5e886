"""`make fuzz`: looks for texts that the language cannot take, led by the branches that they reach.

Begins with the texts of the specification and goes on for the seconds given (600). What it finds is
printed and left in `.fuzz/`; it becomes a case in `tests/spec/cases/`. The laws are those of
`tests/property`; atheris (coverage-guided, libFuzzer inside) tries what nobody would draw.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gitwf.language", "gitwf.diagnostics"]):
    from gitwf.diagnostics import render
    from gitwf.language.canonical import same_meaning
    from gitwf.language.check.checker import check
    from gitwf.language.check.surroundings import Surroundings
    from gitwf.language.format.formatter import formatted
    from gitwf.language.format.spelling import ASCII, UNICODE
    from gitwf.language.lossless import lossless
    from gitwf.language.parser import parse
    from gitwf.language.program import load

ROOT = Path(__file__).parents[2]
FOUND = ROOT / ".fuzz"
BLOCK = re.compile(r"^```wf\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST = 2048
"""Bytes of a text that is tried."""

SLOW = 10
"""Seconds after which a text counts as one that hangs."""

LIBRARY = "define:/a x:int=1 ...\n  ↳ run → echo $x\n"
AROUND = Surroundings(tracked=frozenset({"a.py"}), targets=frozenset({"box"}))


def try_one(data: bytes) -> None:
    """Hold one text to what must hold for all texts."""
    text = data.decode("utf-8", "replace")
    read = parse("case.wf", text)
    tokens = lossless(text, read.tokens)
    assert "".join(text[token.start : token.end] for token in tokens) == text
    program = load("case.wf", {"case.wf": text, "lib.wf": LIBRARY}.get)
    for diagnostic in check(program, AROUND):
        assert "\n" not in diagnostic.message, diagnostic
        assert render(diagnostic, program.sources[diagnostic.path])
    for marks in (UNICODE, ASCII):
        once = formatted(text, read, marks)
        again = parse("case.wf", once)
        assert formatted(once, again, marks) == once
        if not read.diagnostics:
            assert not again.diagnostics
            assert same_meaning(read.file, again.file)


def seeds() -> list[str]:
    """Return the texts to begin with: all workflows of the specification, the pages and the examples."""
    pages = [*(ROOT / "tests" / "spec" / "cases").glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    blocks = [block for page in pages for block in BLOCK.findall(page.read_text("utf-8"))]
    return [*blocks, *(path.read_text("utf-8") for path in (ROOT / "workflows").rglob("*.wf"))]


def main(seconds: str = "600") -> None:
    """Try texts for so many seconds."""
    corpus = FOUND / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(seeds()):
        (corpus / f"seed-{number}").write_text(text, "utf-8")
    limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOW}"]
    found = f"-artifact_prefix={FOUND}/"
    atheris.Setup([sys.argv[0], *limits, found, str(corpus)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
