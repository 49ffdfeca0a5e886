"""Types that are certain."""

from __future__ import annotations

from typing import Protocol

import pytest


class Said(Protocol):
    def __call__(self, text: str) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        pytest.param(
            """\
$a = [1, 2] + [3]
$b = len($a) > 2 and not ($a == "x") or 3 in $a
if:$b → /echo ${"a" + str(1)} ${-len($a) % 2} ${"n=$a" matches "n.*"}
""",
            [],
            id="good",
        ),
        pytest.param(
            """\
if:3 → /echo
if:"a" → /echo
if:$status → /echo
barrier → len("a") → /echo
""",
            [
                "1:4 WF206 `if:` needs true or false, not a number",
                "2:4 WF206 `if:` needs true or false, not a string",
                "3:4 WF206 `if:` needs true or false, not a number",
                "4:11 WF206 the condition of a `barrier` needs true or false, not a number",
            ],
            id="condition",
        ),
        pytest.param(
            '/echo ${true and 1} ${"a" or false} ${not 3}\n',
            [
                "1:18 WF206 `and` needs true or false, not a number",
                "1:23 WF206 `or` needs true or false, not a string",
                "1:43 WF206 `not` needs true or false, not a number",
            ],
            id="logic",
        ),
        pytest.param(
            '/echo ${1 + "a"} ${true + 1} ${"a" * 2} ${-"a"} ${[1] + 1}\n',
            [
                "1:9 WF206 `+` cannot take a number and a string | `str()` makes a string of a value",
                "1:20 WF206 `+` cannot take a bool and a number",
                "1:32 WF206 `*` needs a number, not a string",
                "1:44 WF206 `-` needs a number, not a string",
                "1:51 WF206 `+` cannot take a list and a number",
            ],
            id="arithmetic",
        ),
        pytest.param(
            """\
/echo ${1 < "a"} ${true < false} ${$x < [1]} ${"a" <= "b"} ${1 == "a"}
$x = 1
""",
            [
                "1:9 WF206 `<` cannot compare a number with a string",
                "1:20 WF206 `<` cannot compare a bool with a bool",
                "1:36 WF201 `$x` is used before it is set",
            ],
            id="ordering",
        ),
        pytest.param(
            '/echo ${1 in 2} ${1 in "abc"} ${"a" not in "abc"} ${1 in [1]}\n',
            [
                "1:9 WF206 `in` cannot find a number in a number",
                "1:19 WF206 `in` cannot find a number in a string",
            ],
            id="membership",
        ),
        pytest.param(
            '/echo ${1 matches "a"} ${"a" matches "("}\n',
            [
                "1:9 WF206 `matches` cannot match a number against a string",
                "1:38 WF206 bad regular expression: `(` at 1 is not closed",
            ],
            id="matching",
        ),
        pytest.param(
            '/echo ${(1).x} ${true[0]} ${"abc".x} ${error.kind ?? 1}\n',
            [
                "1:9 WF206 a number has no field `x`",
                "1:18 WF206 a bool has no items",
                "1:29 WF206 a string has no field `x`",
            ],
            id="access",
        ),
        pytest.param(
            "/echo ${lenn(1)} ${len()} ${round(1, 2, 3)} ${frobnicate(1)}\n",
            [
                "1:9 WF107 unknown function `lenn` | did you mean `len`?",
                "1:20 WF107 `len` cannot take 0 arguments | it is called as `len(x)`",
                "1:29 WF107 `round` cannot take 3 arguments | it is called as `round(x, digits)`",
                "1:47 WF107 unknown function `frobnicate` | the functions are `len`, `min`, `max`, `sum`, `abs`, `round`, `int`, `float`, `str`, `lower`, `upper`, `keys`, `values`, `exists`, `read`, `env`, `best`",
            ],
            id="functions",
        ),
    ],
)
def test_types(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
