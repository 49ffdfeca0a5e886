from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/dvc:repro x", "/dvc:repro x", id="command"),
        pytest.param("/a -> /b → /c", "((/a → /b) → /c)", id="then"),
        pytest.param("/a || /b && /c", "((/a || /b) && /c)", id="and-or-bind-to-the-left"),
        pytest.param(
            "/a && /b | /c | /d || /e", "((/a && (/b | /c | /d)) || /e)", id="pipe-binds-tighter"
        ),
        pytest.param("/a || /b → /c && /d", "((/a || /b) → (/c && /d))", id="arrow-binds-loosest"),
        pytest.param("/a ; /b", "/a; /b", id="semicolon"),
        pytest.param("/a & /b", "/a & /b", id="background"),
        pytest.param("/a &\n/b", "/a & ⏎ /b", id="background-at-the-end"),
        pytest.param("{ /a ; /b\n/c }", "{ /a; /b; ⏎ /c; }", id="group"),
        pytest.param("{ }", "{  }", id="empty-group"),
        pytest.param("{ /a } && { /b } | /c", "({ /a; } && ({ /b; } | /c))", id="group-in-a-chain"),
        pytest.param("{ /a };/b", "{ /a; }; /b", id="brace-and-semicolon"),
        pytest.param(
            "/a > x", "(Redirected /a [(Redirect False x None)])", id="result-into-a-variable"
        ),
        pytest.param(
            "/a > $x",
            "(Redirected /a [(Redirect False x None)])",
            id="result-into-a-variable-with-a-dollar",
        ),
        pytest.param(
            "/a > x.json", "(Redirected /a [(Redirect False None x.json)])", id="output-into-a-file"
        ),
        pytest.param(
            "/a >> ./x > y",
            "(Redirected /a [(Redirect True None ./x), (Redirect False y None)])",
            id="append-and-more",
        ),
        pytest.param(
            "{ /a } > dir/${x}",
            "(Redirected { /a; } [(Redirect False None dir/+${$x})])",
            id="redirect-of-a-group",
        ),
        pytest.param("$x = 5", "(Assignment x 5)", id="assignment-of-a-value"),
        pytest.param("$x=a", "(Assignment x $a)", id="assignment-without-spaces"),
        pytest.param(
            "$x = /a > f.json",
            "(Assignment x (Redirected /a [(Redirect False None f.json)]))",
            id="assignment-of-a-command",
        ),
        pytest.param(
            "$x = { /a } → /b", "(Assignment x ({ /a; } → /b))", id="assignment-of-a-chain"
        ),
        pytest.param(
            "$x = retry:1 → /b", "(Assignment x (Retry 1 [] /b))", id="assignment-of-a-directive"
        ),
        pytest.param(
            "$x = barrier", "(Assignment x (Barrier [] None None))", id="assignment-of-a-barrier"
        ),
        pytest.param(
            "on_failure → /a && /b → /c", "(Handler on_failure ((/a && /b) → /c))", id="handler"
        ),
        pytest.param(
            "{ on_exit → /a\n/b }", "{ (Handler on_exit /a); ⏎ /b; }", id="handler-in-a-group"
        ),
        pytest.param(
            'use:lib.wf\nuse: "a b.wf"\n/a', "(Use lib.wf); ⏎ (Use a b.wf); ⏎ /a", id="use"
        ),
        pytest.param(
            'on:commit branch:main,dev path:src/**\non:schedule cron:"0 3 * * *"\non:manual',
            '(Trigger commit [branch:main,dev, path:src/**]); ⏎ (Trigger schedule [cron:"0 3 * * *"]); ⏎ (Trigger manual [])',
            id="triggers",
        ),
        pytest.param("\n/a\n\n# c\n/b # d\n", "/a; ⏎ /b", id="lines"),
        pytest.param("/a &&\n/b\n\n# c\n→ /c", "((/a && /b) → /c)", id="an-operator-continues"),
    ],
)
def test_flows(shape_of: Callable[[str], str], text: str, expected: str) -> None:
    assert shape_of(text) == expected
