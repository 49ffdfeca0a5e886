"""What could be written at the end of a text."""

from __future__ import annotations

import pytest

from gitwf.lsp.context import Context, Wanted, context

DEFINE = "define:/x a\n  ↳ "

CASES = [
    ("", Context(Wanted.STATEMENT)),
    ("re", Context(Wanted.STATEMENT, "re")),
    ("/a\n", Context(Wanted.STATEMENT)),
    ("{ /a\n ", Context(Wanted.STATEMENT)),
    ("/a ; ", Context(Wanted.STATEMENT)),
    ("/tra", Context(Wanted.COMMAND, "/tra")),
    ("/c | /", Context(Wanted.COMMAND, "/")),
    ("$x = /a", Context(Wanted.COMMAND, "/a")),
    ("retry:3 → /a", Context(Wanted.COMMAND, "/a")),
    ("case:$x\n  ↳ a → /b", Context(Wanted.COMMAND, "/b")),
    ("/train ", Context(Wanted.PARAMETER, "", "train")),
    ("/a && /train --si", Context(Wanted.PARAMETER, "--si", "train")),
    (f"{DEFINE}run → a\n/a ", Context(Wanted.PARAMETER, "", "a")),
    ("retry:3 de", Context(Wanted.OPTION, "de", "retry:")),
    ("retry:3 delay:60 ", Context(Wanted.OPTION, "", "retry:")),
    ("$x = sweep:a=1 ma", Context(Wanted.OPTION, "ma", "sweep:")),
    ("on:commit br", Context(Wanted.OPTION, "br", "on:commit")),
    ("barrier ti", Context(Wanted.OPTION, "ti", "barrier")),
    ("on:", Context(Wanted.EVENT)),
    ("on:comm", Context(Wanted.EVENT, "comm")),
    ("define:/x a:in", Context(Wanted.TYPE, "in")),
    ("define:/x a", Context(Wanted.NOTHING)),
    (f"{DEFINE}ru", Context(Wanted.FIELD, "ru")),
    (f"{DEFINE}run → a\n  ↳ de", Context(Wanted.FIELD, "de")),
    (f"{DEFINE}run → echo a", Context(Wanted.NOTHING, "a")),
    (f"{DEFINE}run → echo $a", Context(Wanted.VARIABLE, "$a")),
    (f"{DEFINE}run → a\n", Context(Wanted.STATEMENT)),
    ('/echo "a $b', Context(Wanted.VARIABLE, "$b")),
    ("/echo $", Context(Wanted.VARIABLE, "$")),
    ("/echo a$$b", Context(Wanted.PARAMETER, "a$$b", "echo")),
    ("/echo ${len(x) + le", Context(Wanted.EXPRESSION, "le")),
    ("/echo ${x} ", Context(Wanted.PARAMETER, "", "echo")),
    ("if:", Context(Wanted.EXPRESSION)),
    ("if:le", Context(Wanted.EXPRESSION, "le")),
    ("if:$a == 1 && le", Context(Wanted.EXPRESSION, "le")),
    ("$y = be", Context(Wanted.VALUE, "be")),
    ("/a && re", Context(Wanted.FLOW, "re")),
    ("on_failure → ", Context(Wanted.FLOW)),
    ("case:$x\n  ↳ a → ", Context(Wanted.FLOW)),
    ("try: /a → ca", Context(Wanted.FLOW, "ca")),
    ("case:$x\n  ↳ ", Context(Wanted.NOTHING)),
    ("# re", Context(Wanted.NOTHING)),
    ("/a # x", Context(Wanted.NOTHING)),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[repr(text) for text, _ in CASES])
def test_context(text: str, expected: Context) -> None:
    assert context(text, len(text)) == expected


def test_what_stands_behind_the_cursor_does_not_count() -> None:
    assert context("/tra && /b", 4) == Context(Wanted.COMMAND, "/tra")
