"""What stands beside each other on a line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Format = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        pytest.param("/a   b\t'c  d'", "/a b 'c  d'", id="words"),
        pytest.param("/a&&/b||/c|/d", "/a && /b || /c | /d", id="operators"),
        pytest.param("/a->/b→/c", "/a → /b → /c", id="arrows"),
        pytest.param("/a;/b ;/c;", "/a ; /b ; /c", id="semicolons"),
        pytest.param("/a&/b &", "/a & /b &", id="background"),
        pytest.param("/a >x>>  ./y", "/a > x >> ./y", id="redirects"),
        pytest.param("{ /a };", "{ /a }", id="group"),
        pytest.param("{\n\n }", "{ }", id="empty-group"),
        pytest.param("$x=/a", "$x = /a", id="assignment"),
        pytest.param("$x   = 1", "$x = 1", id="assignments-are-not-aligned"),
        pytest.param("use: a.wf", "use:a.wf", id="use"),
        pytest.param("on: commit branch:a,b", "on:commit branch:a,b", id="trigger"),
        pytest.param("on_exit→/a", "on_exit → /a", id="handler"),
        pytest.param("define: /a  x  y:int=1 ...", "define:/a x y:int=1 ...", id="definition"),
        pytest.param("retry: 3  delay:5s->/a", "retry:3 delay:5s → /a", id="directive"),
        pytest.param(
            "try:/a->catch:/b->finally: /c", "try: /a → catch: /b → finally: /c", id="try"
        ),
        pytest.param("sweep: a=1 , 2  b='x', y → /a", "sweep:a=1,2 b='x',y → /a", id="axes"),
        pytest.param("context:c→$a,$b→/a", "context:c → $a, $b → /a", id="context"),
        pytest.param("barrier→x>1→/a", "barrier → $x > 1 → /a", id="barrier"),
        pytest.param("state: save→a.json", "state:save → a.json", id="state"),
    ],
)
def test_flows(fmt: Format, text: str, formatted: str) -> None:
    assert fmt(text) == f"{formatted}\n"


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        pytest.param("x", "$x", id="variable"),
        pytest.param("x.y[ z ].not", "$x.y[$z].not", id="fields-are-no-variables"),
        pytest.param("min (x,y , )", "min($x, $y,)", id="call"),
        pytest.param("[ 1,2 ]", "[1, 2]", id="list"),
        pytest.param("1+2*-3--4", "1 + 2 * -3 - -4", id="signs"),
        pytest.param("- x", "-$x", id="sign"),
        pytest.param("!x&&not(y)||z", "!$x && not ($y) || $z", id="logic"),
        pytest.param("x  not   in y", "$x not in $y", id="not-in"),
        pytest.param("not x.not-1 == 2", "not $x.not - 1 == 2", id="a-field-called-not"),
        pytest.param("1 .x", "1 .x", id="a-field-of-a-number"),
        pytest.param("x??'a'", "$x ?? 'a'", id="default"),
        pytest.param("x matches'a+'", "$x matches 'a+'", id="matches"),
        pytest.param("true==null", "true == null", id="literals"),
        pytest.param("$true", "$true", id="a-variable-called-true"),
        pytest.param("${ $x+y }", "${x + y}", id="embedded"),
        pytest.param('"$x ${$x.y}"', '"$x ${x.y}"', id="in-quotes"),
        pytest.param('${ "$x" + $x }', '${"$x" + x}', id="quotes-in-embedded"),
        pytest.param("${ $true }", "${$true}", id="a-variable-called-true-in-embedded"),
        pytest.param("0.10", "0.10", id="spelling-of-numbers"),
    ],
)
def test_expressions(fmt: Format, text: str, formatted: str) -> None:
    assert fmt(f"$_={text}") == f"$_ = {formatted}\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/a 'b'\"c\"d", id="quotes"),
        pytest.param("/a '1' 1", id="a-string-and-a-number"),
        pytest.param('/a "→ -> é" \\→', id="arrows-in-words"),
        pytest.param("/a b#c $$x x\\ y {} a-b -", id="special-characters"),
        pytest.param("/a b\\\nc", id="a-word-on-two-lines"),
    ],
)
def test_words_stay_as_they_are(fmt: Format, text: str) -> None:
    assert fmt(text) == f"{text}\n"
