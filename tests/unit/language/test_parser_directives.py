from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("if:$a > 0.8 → /b", "(If ($a > 0.8) /b None)", id="if"),
        pytest.param("if:$a > 0.8 → /b → /c", "(If ($a > 0.8) /b /c)", id="if-else"),
        pytest.param(
            "if:a → if:b → /c → /d", "(If $a (If $b /c /d) None)", id="else-is-the-innermosts"
        ),
        pytest.param(
            "if:a → { if:b → /c } → /d",
            "(If $a { (If $b /c None); } /d)",
            id="braces-give-the-else-to-the-outer",
        ),
        pytest.param("if:a → /b → /c → /d", "((If $a /b /c) → /d)", id="third-arrow"),
        pytest.param("/a && if:b → /c → /d", "(/a && (If $b /c /d))", id="if-in-a-chain"),
        pytest.param(
            "retry:3 delay:60 backoff:$b → /a && /b || /c",
            "(Retry 3 [delay:60, backoff:${$b}] ((/a && /b) || /c))",
            id="retry",
        ),
        pytest.param("retry:3 → /a → /b", "((Retry 3 [] /a) → /b)", id="then-after-retry"),
        pytest.param("retry:$n → /a", "(Retry $n [] /a)", id="retry-of-a-variable"),
        pytest.param("retry: ${n + 1} → /a", "(Retry ($n + 1) [] /a)", id="retry-of-an-expression"),
        pytest.param("timeout:1h30m grace:5s → /a", "(Timeout 1h30m [grace:5s] /a)", id="timeout"),
        pytest.param(
            "timeout:$limit → /a", "(Timeout ${$limit} [] /a)", id="timeout-of-a-variable"
        ),
        pytest.param(
            "fork:2 fail:fast → /a && /b & /c", "(Fork 2 [fail:fast] [(/a && /b), /c])", id="fork"
        ),
        pytest.param("fork:3 → /a", "(Fork 3 [] [/a])", id="fork-of-one"),
        pytest.param(
            "fork:2 →\n  /a &\n  /b\n/c", "(Fork 2 [] [/a, /b]); ⏎ /c", id="fork-over-lines"
        ),
        pytest.param(
            "fork:2 → fork:3 → /a & /b", "(Fork 2 [] [(Fork 3 [] [/a, /b])])", id="fork-in-a-fork"
        ),
        pytest.param(
            "{ fork:2 → /a & /b } & /c",
            "{ (Fork 2 [] [/a, /b]); } & /c",
            id="fork-in-the-background",
        ),
        pytest.param(
            'sweep:a=1,0.10 b=x,"y, z",$l max:2 → /a → /b',
            '((Sweep [(Axis a [1, 0.10]), (Axis b [x, "y, z", ${$l}])] [max:2] /a) → /b)',
            id="sweep",
        ),
        pytest.param(
            "sweep:a=1, 2 → /a", "(Sweep [(Axis a [1, 2])] [] /a)", id="spaces-after-commas"
        ),
        pytest.param(
            "droid:feature-dev merge:ff → /do this & /b",
            "(Droid feature-dev [merge:ff] /do this) & /b",
            id="droid",
        ),
        pytest.param("barrier", "(Barrier [] None None)", id="barrier"),
        pytest.param(
            "barrier timeout:5s → $ready → /a → /b",
            "((Barrier [timeout:5s] $ready /a) → /b)",
            id="barrier-with-all",
        ),
        pytest.param("barrier → /a", "(Barrier [] None /a)", id="barrier-with-an-arm"),
        pytest.param(
            "barrier →\n x > 1", "(Barrier [] ($x > 1) None)", id="barrier-with-a-condition"
        ),
        pytest.param('state:save → "a b.json"', '(State save "a b.json")', id="state-save"),
        pytest.param("state:load → dir/$x", "(State load dir/+${$x})", id="state-load"),
        pytest.param("context:c → $a, $b → /d $a", "(Context c [$a, $b] /d ${$a})", id="context"),
        pytest.param("try: /a → catch: /b → finally: /c", "(Try /a /b /c)", id="try-catch-finally"),
        pytest.param(
            "try: /a → /b → catch:/c → /d", "(Try (/a → /b) (/c → /d) None)", id="try-with-arrows"
        ),
        pytest.param(
            "try: try: /a → catch: /b → catch: /c",
            "(Try (Try /a /b None) /c None)",
            id="try-in-a-try",
        ),
        pytest.param(
            "try: if:x → /a → catch: /b",
            "(Try (If $x /a None) /b None)",
            id="arrow-before-catch-is-no-else",
        ),
        pytest.param(
            "try: /a → finally: { /b → /c }", "(Try /a None { (/b → /c); })", id="try-finally"
        ),
        pytest.param(
            "try: /a\n  → catch: /b\n  → finally: /c", "(Try /a /b /c)", id="try-over-lines"
        ),
        pytest.param("target:ssh:box gpus:1 → /a", "(Target ssh:box [gpus:1] /a)", id="target"),
        pytest.param("target:$t → /a", "(Target ${$t} [] /a)", id="target-of-a-variable"),
        pytest.param(
            'case:$x\n  ↳ a* → /a\n\n  # c\n  ↳ "b", c\\*, "d"* → /b → /c',
            "(Case $x [(Branch [(Pattern a* False)] /a), (Branch [(Pattern b True), (Pattern c[*] False), (Pattern d* False)] (/b → /c))])",
            id="case",
        ),
        pytest.param(
            "case:x\n=> a\\\nb -> /a",
            "(Case $x [(Branch [(Pattern ab False)] /a)])",
            id="a-backslash-joins-the-lines-of-a-pattern",
        ),
        pytest.param(
            "case:x\n=> 1 -> case:y\n=> 2 -> /a\n=> 3 -> /b\n/c",
            "(Case $x [(Branch [(Pattern 1 False)] (Case $y [(Branch [(Pattern 2 False)] /a), (Branch [(Pattern 3 False)] /b)]))]); ⏎ /c",
            id="case-in-a-case-takes-what-follows",
        ),
        pytest.param(
            "case:x\n=> 1 -> { case:y\n  => 2 -> /a\n}\n=> 3 -> /b",
            "(Case $x [(Branch [(Pattern 1 False)] { (Case $y [(Branch [(Pattern 2 False)] /a)]); }), (Branch [(Pattern 3 False)] /b)])",
            id="grouped-case-in-a-case",
        ),
        pytest.param(
            "timeout:1h → retry:3 → { try: /a → catch: if:x → /b → /c }",
            "(Timeout 1h [] (Retry 3 [] { (Try /a (If $x /b /c) None); }))",
            id="nested",
        ),
    ],
)
def test_directives(shape_of: Callable[[str], str], text: str, expected: str) -> None:
    assert shape_of(text) == expected
