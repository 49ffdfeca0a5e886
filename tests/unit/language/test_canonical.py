from __future__ import annotations

import pytest

from gitwf.language.canonical import canonical, same_meaning
from gitwf.language.parser import parse


def same(a: str, b: str) -> bool:
    return same_meaning(parse("a.wf", a).file, parse("b.wf", b).file)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("/a b\n", "# c\n\n  /a   b # d", id="layout-and-comments"),
        pytest.param("/a → /b", "/a ->\n /b", id="arrows"),
        pytest.param("/a 'b c'", '/a "b c"', id="kind-of-quotes"),
        pytest.param("/a 'b'\"c\"", "/a 'bc'", id="quotes-together"),
        pytest.param("/a b\\ c", "/a b\\\n\\ c", id="backslash-at-the-end-of-a-line"),
        pytest.param("/a $x", "/a ${x}", id="variable"),
        pytest.param("if:x && !y → /a", "if:$x and (not $y) → /a", id="operators"),
        pytest.param("/a > x", "/a > $x", id="redirect"),
        pytest.param("$x = -1", "$x=(-1)", id="parentheses"),
        pytest.param("case:1\n=> 2 -> /a", "case:1\n\n  ↳ 2 → /a", id="branches"),
    ],
)
def test_the_same_meaning(a: str, b: str) -> None:
    assert same(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("/a 1", "/a '1'", id="a-number-and-a-string"),
        pytest.param("/a $x", '/a "$x"', id="words-of-a-list-and-one-word"),
        pytest.param("/a 0.1", "/a 0.10", id="spelling-in-a-word"),
        pytest.param("$x = 0.1", "$x = 0.10", id="spelling-in-an-expression"),
        pytest.param("/a\n/b", "/a ; /b", id="newline-and-semicolon"),
        pytest.param("/a ; /b", "/a & /b", id="semicolon-and-background"),
        pytest.param("/a → /b", "/a && /b", id="then-and-and"),
        pytest.param("/a > x", "/a >> x", id="write-and-append"),
        pytest.param("/a", "{ /a }", id="group"),
        pytest.param("define:/a\n ↳ run → x  y", "define:/a\n ↳ run → x y", id="run-lines"),
        pytest.param("$x = 1 - (2 - 3)", "$x = 1 - 2 - 3", id="order-of-operations"),
    ],
)
def test_another_meaning(a: str, b: str) -> None:
    assert not same(a, b)


def test_the_form_is_pinned() -> None:
    text = "$x = 0.10\n/a b${x} → /c > y.json\n"
    assert canonical(parse("case.wf", text).file).decode() == (
        '[1,["Block",[["Line",[["Item",["Assignment","x",["Constant",["Number","0.10"]]],false]]],'
        '["Line",[["Item",["Chain","→",["Command","a",[["Word",[["Literal","b",false],'
        '["Interpolation",["Name","x"],false]]]]],["Redirected",["Command","c",[]],'
        '[["Redirect",false,null,["Word",[["Literal","y.json",false]]]]]]],false]]]]]]'
    )
