from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "$x = not a == 1 or b and not c",
            "(Assignment x ((Unary not ($a == 1)) or ($b and (Unary not $c))))",
            id="or-and-not",
        ),
        pytest.param(
            "$x = !a || b && c", "(Assignment x ((Unary not $a) or ($b and $c)))", id="symbols"
        ),
        pytest.param(
            "$x = a + 1 <= b * 2", "(Assignment x (($a + 1) <= ($b * 2)))", id="comparison"
        ),
        pytest.param(
            "$x = a ?? 0 > 0.5", "(Assignment x (($a ?? 0) > 0.5))", id="default-binds-tighter"
        ),
        pytest.param(
            "$x = a ?? b + c ?? d",
            "(Assignment x (($a ?? ($b + $c)) ?? $d))",
            id="default-is-looser-than-plus",
        ),
        pytest.param(
            "$x = 1 - 2 - 3 * 4 / 5 % 6",
            "(Assignment x ((1 - 2) - (((3 * 4) / 5) % 6)))",
            id="arithmetic-to-the-left",
        ),
        pytest.param(
            "$x = a in b or c not  in d",
            "(Assignment x (($a in $b) or ($c not in $d)))",
            id="in-and-not-in",
        ),
        pytest.param(
            '$x = a matches "[a-z]+"', "(Assignment x ($a matches '[a-z]+'))", id="matches"
        ),
        pytest.param(
            "$x = -a + -b.c", "(Assignment x ((Unary - $a) + (Unary - (Field $b c))))", id="unary"
        ),
        pytest.param(
            "$x = -1e-5 - -0.0",
            "(Assignment x (-1e-5 - -0.0))",
            id="negative-numbers-keep-their-spelling",
        ),
        pytest.param(
            "$x = [0.10, 1E3, 1e-5, 10]",
            "(Assignment x (ListOf [0.10, 1E3, 1e-5, 10]))",
            id="numbers-keep-their-spelling",
        ),
        pytest.param(
            "$x = (1 + 2) * (a or b)", "(Assignment x ((1 + 2) * ($a or $b)))", id="parentheses"
        ),
        pytest.param(
            "$x = $a.b[0].c[d + 1]",
            "(Assignment x (Index (Field (Index (Field $a b) 0) c) ($d + 1)))",
            id="fields-and-indices",
        ),
        pytest.param(
            '$x = best($all, "m.acc", "min").n + len(a) + f()',
            "(Assignment x (((Field (Call best [$all, 'm.acc', 'min']) n) + (Call len [$a])) + (Call f [])))",
            id="calls",
        ),
        pytest.param(
            "$x = [true, false, null, 'a', \"b\"]",
            "(Assignment x (ListOf [True, False, None, 'a', 'b']))",
            id="literals",
        ),
        pytest.param(
            '$x = "n=$n ${m + 1}"',
            '(Assignment x (Interpolated ["n=", "${$n}", " ", "${($m + 1)}"]))',
            id="interpolated",
        ),
        pytest.param('$x = "a\\n\\"$$\\q"', "(Assignment x 'a\\n\"$\\\\q')", id="escapes"),
        pytest.param("$x = 'a $b \\n'", "(Assignment x 'a $b \\\\n')", id="single-quotes"),
        pytest.param("$x = ${a} + 1", "(Assignment x ($a + 1))", id="embedded"),
        pytest.param(
            "$x = [\n  1, # one\n  2\n]", "(Assignment x (ListOf [1, 2]))", id="lines-in-brackets"
        ),
        pytest.param(
            "$x = a &&\n  b\n  || c", "(Assignment x (($a and $b) or $c))", id="operators-carry-on"
        ),
        pytest.param(
            "$x = $in + $true", "(Assignment x ($in + $true))", id="keywords-as-variables"
        ),
        pytest.param(
            "$x = order + notin + android",
            "(Assignment x (($order + $notin) + $android))",
            id="words-that-begin-like-operators",
        ),
        pytest.param("if:a-1->/b", "(If ($a - 1) /b None)", id="minus-and-arrow"),
    ],
)
def test_expressions(shape_of: Callable[[str], str], text: str, expected: str) -> None:
    assert shape_of(text) == expected
