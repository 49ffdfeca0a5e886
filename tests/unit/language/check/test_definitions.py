"""Definitions from inside."""

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
$s = 3
define:/a
  ↳ run  → echo $s
  ↳ outs → ${s}.txt
/a
/echo $s
""",
            [
                "3:17 WF201 `$s` is no parameter of `/a` | `$$s` is a variable of the shell; a value comes in as a parameter: `define:/a s`",
                "4:14 WF201 `$s` is no parameter of `/a` | a value comes in as a parameter: `define:/a s`",
            ],
            id="closed",
        ),
        pytest.param(
            "define:/a\n  ↳ run → echo ${OUT:-x} ${OUT} $OUT\n/a\n",
            [
                "2:18 WF201 `$OUT` is no parameter of `/a` | `$${OUT:-x}` is a variable of the shell; a value comes in as a parameter: `define:/a OUT`",
                "2:21 WF107 expected an operator or `}` | `${x ?? 1}` is 1 where `$x` is not set",
                "2:28 WF201 `$OUT` is no parameter of `/a` | `$${OUT}` is a variable of the shell; a value comes in as a parameter: `define:/a OUT`",
                "2:33 WF201 `$OUT` is no parameter of `/a` | `$$OUT` is a variable of the shell; a value comes in as a parameter: `define:/a OUT`",
            ],
            id="what the shell is to do with it",
        ),
        pytest.param(
            """\
define:/a sigma
  ↳ run → echo $sgima
  ↳ outs → ${sgima}.txt
/a 1
""",
            [
                "2:16 WF201 `$sgima` is no parameter of `/a` | `$$sgima` is a variable of the shell; did you mean `$sigma`?",
                "3:14 WF201 `$sgima` is no parameter of `/a` | did you mean `$sigma`?",
            ],
            id="near",
        ),
        pytest.param(
            """\
define:/a
  ↳ run → echo $index ${run.id} ${params.lr}
/a
""",
            [],
            id="built-ins",
        ),
        pytest.param(
            """\
define:/a
  ↳ run → echo $$HOME \\$x
/a
""",
            [],
            id="the-shell-s-own",
        ),
        pytest.param(
            """\
define:/a ...
  ↳ run → echo $args
define:/b
  ↳ run → echo $args
/a 1 2
/b
""",
            [
                "4:16 WF201 `$args` is no parameter of `/b` | `$$args` is a variable of the shell; a value comes in as a parameter: `define:/b args`",
            ],
            id="rest",
        ),
        pytest.param(
            """\
define:/a x=$y y=$x
  ↳ run → echo $x $y
/a
""",
            [
                "1:13 WF201 `$y` is no parameter before `x` | a default sees the parameters before it, and built-in variables",
            ],
            id="defaults-see-parameters-before",
        ),
        pytest.param(
            """\
define:/a x:int=many y:float=1
  ↳ run → echo $x $y
/a
""",
            [
                "1:11 WF206 the default of `x` is a whole number, not `many`",
            ],
            id="default-of-another-type",
        ),
        pytest.param(
            """\
define:/a
  ↳ run     → login $KEY $$KEY
  ↳ secrets → KEY
/a
""",
            [
                "2:21 WF502 `$KEY` is a secret, and no value | name it in `secrets`; the shell of the run line then reads `$$KEY`",
            ],
            id="secret-of-the-command",
        ),
        pytest.param(
            """\
define:/a
  ↳ run → echo ${env("AWS_KEY")}
/a
/echo ${env("MY_PASSWORD", "")} ${env("HOME")}
""",
            [
                "2:18 WF502 `AWS_KEY` is a secret, and `env()` gives none | name it in `secrets`; the shell then reads `$$AWS_KEY`",
                "4:9 WF502 `MY_PASSWORD` is a secret, and `env()` gives none | name it in `secrets`; the shell then reads `$$MY_PASSWORD`",
            ],
            id="env-of-a-secret",
        ),
        pytest.param(
            """\
define:/a v
  ↳ run → echo `echo $v` "
/a 1
""",
            [
                "2:22 WF103 a value cannot stand inside backquotes, where its quoting is not certain | put it into a shell variable before: `x=$v; …`, and `$$x` there",
            ],
            id="run-line",
        ),
        pytest.param(
            """\
define:/a v
  ↳ run → echo ${v + true} ${lenn(v)}
/a 1
""",
            [
                "2:18 WF206 `+` cannot take a bool",
                "2:30 WF107 unknown function `lenn` | did you mean `len`?",
            ],
            id="types-in-a-run-line",
        ),
    ],
)
def test_definitions(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
