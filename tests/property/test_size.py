"""A file of any size and shape is read, checked and formatted: nothing raises, nothing hangs."""

from __future__ import annotations

import random

import pytest

from gitwf.diagnostics import has_errors
from gitwf.language.canonical import same_meaning
from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.format.formatter import formatted
from gitwf.language.parser import parse
from gitwf.language.program import load

MEGABYTE = 1_000_000


def _garbage(alphabet: str) -> str:
    return "".join(random.Random(1).choices(alphabet, k=MEGABYTE))  # noqa: S311 - no secret


TEXTS = {
    "garbage": _garbage("".join(map(chr, range(1, 256)))),
    "garbage of the language's own characters": _garbage("/a$x={}()[]\"'→↳&|;><:# \n0.,\\-"),
    "open braces": "{ " * 10_000,
    "one line": "/echo " + "a" * MEGABYTE,
    "one line of words": "/echo" + " word-of-twenty-chars" * (MEGABYTE // 20),
    "one quoted line": '/echo "' + "a" * MEGABYTE + '"',
    "lines": "/echo some words of a line\n" * (MEGABYTE // 26),
    "empty lines": "\n" * MEGABYTE,
    "comments": "# a\n" * (MEGABYTE // 4),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_megabyte(text: str) -> None:
    parsed = parse("case.wf", text)
    check(load("case.wf", {"case.wf": text}.get), Surroundings())
    after = formatted(text, parsed)
    if has_errors(parsed.diagnostics):
        assert after == text
    else:
        assert same_meaning(parse("case.wf", after).file, parsed.file)
