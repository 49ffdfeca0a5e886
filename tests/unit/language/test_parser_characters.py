"""Characters that an editor hides: they stand here as escapes, the rest in tests/spec."""

from __future__ import annotations

import pytest

from gitwf.diagnostics import Source, render
from gitwf.language.parser import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "/echo a\x1b[31m\n",
            "case.wf:1:8: WF101 character U+001B is not allowed\n"
            "  1 | /echo a\ufffd[31m\n"
            "    |        ^\n"
            "    = delete it",
            id="control",
        ),
        pytest.param(
            "/echo \u202eb\u202c\n",
            "case.wf:1:7: WF101 character U+202E is not allowed\n"
            "  1 | /echo \ufffdb\ufffd\n"
            "    |       ^\n"
            "    = delete it\n"
            "case.wf:1:9: WF101 character U+202C is not allowed\n"
            "  1 | /echo \ufffdb\ufffd\n"
            "    |         ^\n"
            "    = delete it",
            id="bidirectional",
        ),
        pytest.param(
            "/echo a\u00a0b\n",
            "case.wf:1:8: WF101 character U+00A0 is not allowed\n"
            "  1 | /echo a\u00a0b\n"
            "    |        ^\n"
            "    = write a plain space",
            id="no-break-space",
        ),
        pytest.param(
            "\u3000/echo a\n",
            "case.wf:1:1: WF101 character U+3000 is not allowed\n"
            "  1 | \u3000/echo a\n"
            "    | ^\n"
            "    = write a plain space",
            id="ideographic-space",
        ),
        pytest.param("/echo 'a\u00a0b' # \u00a0\n", "", id="no-break-space-in-quotes"),
        pytest.param("\ufeff/echo a\n", "", id="byte-order-mark"),
        pytest.param(
            b"/echo caf\xe9 \xe8\n".decode(errors="surrogateescape"),
            "case.wf:1:10: WF101 byte 0xE9 is not UTF-8\n"
            "  1 | /echo caf\ufffd \ufffd\n"
            "    |          ^\n"
            "    = save the file as UTF-8",
            id="latin-1",
        ),
        pytest.param(
            "\ufeff/a\n".encode("utf-16-le").decode(errors="surrogateescape"),
            "case.wf:1:1: WF101 the file is UTF-16\n"
            "  1 | \ufffd\ufffd/\ufffda\ufffd\n"
            "    | ^\n"
            "    = save the file as UTF-8",
            id="utf-16",
        ),
        pytest.param(
            f"/echo a\n{'<' * 7} HEAD\n/echo b\n{'=' * 7}\n/echo c\n{'>' * 7} topic\n",
            "case.wf:2:1: WF103 a merge conflict stands here\n"
            "  2 | <<<<<<< HEAD\n"
            "    | ^^^^^^^^^^^^\n"
            "    = keep one side, delete the markers",
            id="merge-conflict",
        ),
    ],
)
def test_characters(text: str, expected: str) -> None:
    source = Source("case.wf", text)
    said = [render(d, source) for d in parse("case.wf", text).diagnostics]
    assert "\n".join(said) == expected
