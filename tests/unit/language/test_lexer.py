from __future__ import annotations

import re
from pathlib import Path

import pytest

import gitwf
from gitwf.diagnostics import Diagnostic, Span
from gitwf.language.characters import clean
from gitwf.language.lexer import is_name
from gitwf.language.lossless import lossless
from gitwf.language.parser import parse


def tokens(text: str) -> list[str]:
    found = lossless(text, parse("case.wf", text).tokens)
    return [f"{token.kind.name} {text[token.start : token.end]}" for token in found]


def significant(text: str) -> list[str]:
    return [token for token in tokens(text) if not token.startswith("SPACE")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(
            "/a b # c\n",
            ["COMMAND /a", "SPACE  ", "PLAIN b", "SPACE  ", "COMMENT # c", "NEWLINE \n"],
            id="comment",
        ),
        pytest.param(
            "\r\n/a\\\r\n b\r\n",
            [
                "SPACE \r",
                "NEWLINE \n",
                "COMMAND /a",
                "SPACE \\\r\n ",
                "PLAIN b",
                "SPACE \r",
                "NEWLINE \n",
            ],
            id="carriage-returns",
        ),
    ],
)
def test_tokens_with_all_between_them(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/a a#b", ["COMMAND /a", "PLAIN a#b"], id="no-comment-in-a-word"),
        pytest.param("/a;#b", ["COMMAND /a", "SEMICOLON ;", "COMMENT #b"], id="comment-after-;"),
        pytest.param("/a->/b", ["COMMAND /a", "ARROW ->", "COMMAND /b"], id="arrow-ends-a-name"),
        pytest.param(
            "/a x→/b", ["COMMAND /a", "PLAIN x", "ARROW →", "COMMAND /b"], id="arrow-ends-a-word"
        ),
        pytest.param("/a -x--y-", ["COMMAND /a", "PLAIN -x--y-"], id="dashes"),
        pytest.param("/a a=b", ["COMMAND /a", "PLAIN a=b"], id="equals-in-a-word"),
        pytest.param("{ };", ["OPEN {", "CLOSE }", "SEMICOLON ;"], id="brace-and-semicolon"),
        pytest.param("/a {} }x", ["COMMAND /a", "PLAIN {}", "PLAIN }x"], id="braces-in-words"),
        pytest.param(
            "/a >x>>y", ["COMMAND /a", "WRITE >", "PLAIN x", "APPEND >>", "PLAIN y"], id="redirects"
        ),
        pytest.param(
            "/a | /b || /c && /d & /e",
            [
                "COMMAND /a",
                "PIPE |",
                "COMMAND /b",
                "OR ||",
                "COMMAND /c",
                "AND &&",
                "COMMAND /d",
                "BACKGROUND &",
                "COMMAND /e",
            ],
            id="operators",
        ),
        pytest.param(
            "/a x'y'\"z$v${w}\"\\ ",
            [
                "COMMAND /a",
                "TEXT x",
                "SINGLE 'y'",
                'QUOTE "',
                "TEXT z",
                "VARIABLE $v",
                "EMBED ${",
                "NAME w",
                "PUNCTUATION }",
                'QUOTE "',
                "ESCAPE \\ ",
            ],
            id="pieces-of-a-word",
        ),
        pytest.param(
            "$x = -1.5e-3<=y",
            ["ASSIGN $x =", "OPERATOR -", "NUMBER 1.5e-3", "OPERATOR <=", "NAME y"],
            id="expression",
        ),
        pytest.param(
            "define:/a\n ↳ run → x | y # z ",
            [
                "DIRECTIVE define:",
                "COMMAND /a",
                "NEWLINE \n",
                "BRANCH ↳",
                "PLAIN run",
                "ARROW →",
                "VERBATIM x | y # z",
            ],
            id="run-line",
        ),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert significant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/a &&\n\n# c\n/b", id="after-an-operator"),
        pytest.param("/a\n\n  # c\n  && /b", id="before-an-operator"),
        pytest.param("/a \\\n&& /b", id="after-a-backslash"),
        pytest.param("/a\r\n&&\r\n/b", id="with-carriage-returns"),
    ],
)
def test_a_newline_does_not_end_a_statement(text: str) -> None:
    (line,) = parse("case.wf", text).file.block.lines
    assert len(line.items) == 1


def test_characters_that_are_not_allowed() -> None:
    text = "/a\x00\x01-\u202e\x85\tb\r\n"
    assert clean("case.wf", text) == (
        "/a  -  \tb\r\n",
        [
            Diagnostic(
                "WF101", "character U+0000 is not allowed", "case.wf", Span(2, 4), "delete it"
            ),
            Diagnostic(
                "WF101", "character U+202E is not allowed", "case.wf", Span(5, 7), "delete it"
            ),
        ],
    )


def test_a_byte_order_mark_is_dropped() -> None:
    assert clean("case.wf", "\ufeff/a") == (" /a", [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x", True), ("_x9", True), ("9x", False), ("x-y", False), ("é", False), ("", False)],
)
def test_names(text: str, *, expected: bool) -> None:
    assert is_name(text) is expected


def test_no_group_repeats_possessively() -> None:
    """Python before 3.11.5, which Debian 12 has, takes too much there (cpython's issue 106052)."""
    package = Path(gitwf.__file__).parent
    assert [
        (path.name, found)
        for path in package.rglob("*.py")
        for found in re.findall(r".*[^\\]\)[+*?]\+.*", path.read_text("utf-8"))
    ] == []
