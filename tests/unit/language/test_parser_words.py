from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/a b c-d e=f {x} a#b", "/a b c-d e=f {x} a#b", id="bare"),
        pytest.param("/a 'c $d \\n'", "/a 'c $d \\n'", id="single-quotes-are-literal"),
        pytest.param(
            '/a "e $f ${g.h} i"',
            '/a "e "+"${$f}"+" "+"${(Field $g h)}"+" i"',
            id="double-quotes-hold-values",
        ),
        pytest.param(
            '/a "\\" \\\\ \\$x \\n \\t \\q"',
            '/a "" \\ $x \n \t \\q"',
            id="escapes-in-double-quotes",
        ),
        pytest.param("/a i\\ j \\$x \\n \\# \\'", "/a i j $x n # '", id="escapes-in-a-bare-word"),
        pytest.param("/a $k", "/a ${$k}", id="variable"),
        pytest.param("/a --l=$m/x", "/a --l=+${$m}+/x", id="variable-in-a-word"),
        pytest.param("/a ${x + 1} a${y}b", "/a ${($x + 1)} a+${$y}+b", id="expression"),
        pytest.param("/a '' \"\"", "/a '' \"\"", id="empty"),
        pytest.param("/a a'b'\"c\"$d${e}f", "/a a+'b'+\"c\"+${$d}+${$e}+f", id="pieces-together"),
        pytest.param('/a $$x "$$y" $$$$', '/a $x "$y" $$', id="two-dollars"),
        pytest.param('/a $ $5 "$" a$', '/a $ $5 "$" a$', id="dollar-alone"),
        pytest.param(
            '/a "x ${y ?? "none"} z"',
            '/a "x "+"${($y ?? \'none\')}"+" z"',
            id="quotes-in-an-expression-in-quotes",
        ),
        pytest.param(
            '/a "Loss is $x." $y.', '/a "Loss is "+"${$x}"+"." ${$y}+.', id="variable-then-a-dot"
        ),
        pytest.param("/a x\\\ny \\\n  z", "/a xy z", id="a-backslash-joins-lines"),
        pytest.param(
            '/a ${x}\\\n  "y"\\\n\\\n&& /b z\\\n',
            '(/a ${$x} "y" && /b z)',
            id="a-backslash-at-the-end-of-a-word-is-none-of-it",
        ),
        pytest.param('/a "x"\\\r\n"y"', '/a "x"++"y"', id="a-backslash-joins-quotes"),
        pytest.param("/a b\\", "/a b", id="a-backslash-at-the-end-of-the-text"),
        pytest.param("/a\tb\tc", "/a b c", id="tabs"),
        pytest.param("/a x= y", "/a x= y", id="not-a-branch-mark"),
        pytest.param("/a größe 日本 ✓", "/a größe 日本 ✓", id="unicode"),
    ],
)
def test_words(shape_of: Callable[[str], str], text: str, expected: str) -> None:
    assert shape_of(text) == expected
