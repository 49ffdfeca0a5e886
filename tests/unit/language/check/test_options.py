"""Options, counts, durations and fields."""

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
on:commit branch:main,exp/* path:src/** supersede:finish
retry:3 delay:60 backoff:1.5 max:5m jitter:0.1 on:exit,timeout → /echo
timeout:1h30m grace:250ms → /echo
sweep:s=1,2 max:4 strategy:zip fail:never → /echo $s
""",
            [],
            id="good",
        ),
        pytest.param(
            """\
$n = 3
retry:$n delay:${n} → /echo
""",
            [],
            id="values-are-not-looked-at",
        ),
        pytest.param(
            """\
retry:1.5 → /echo
retry:-1 → /echo
fork:0 → /echo
retry:007 → /echo
""",
            [
                "1:7 WF106 `1.5` is not a whole number",
                "2:7 WF106 `-1` is not a whole number from 0 up",
                "3:6 WF106 `fork:` takes a whole number from 1 up",
                "4:7 WF106 `retry:` takes a whole number from 0 up",
            ],
            id="counts",
        ),
        pytest.param(
            """\
timeout:5parsecs → /echo
retry:1 delay:fast → /echo
barrier timeout:-3
""",
            [
                "1:9 WF106 `timeout:` takes a duration such as `60s`, not `5parsecs`",
                "2:15 WF106 `delay:` takes a duration such as `60s`, not `fast`",
                "3:17 WF106 `timeout:` takes a duration such as `60s`, not `-3`",
            ],
            id="durations",
        ),
        pytest.param(
            """\
fork:2 fail:now → /echo
sweep:s=1 strategy:gird → /echo $s
on:commit supersede:never
""",
            [
                "1:13 WF106 `fail:` takes one of `fast`, `end`, `never`, not `now`",
                "2:20 WF106 `strategy:` takes one of `grid`, `zip`, not `gird`",
                "3:21 WF106 `supersede:` takes one of `finish`, `cancel`, `queue`, not `never`",
            ],
            id="choices",
        ),
        pytest.param(
            """\
retry:1 backoff:0.5 jitter:2 → /echo
sweep:s=1 max:0 → /echo $s
droid:d turns:x budget:0 → /fix
""",
            [
                "1:17 WF106 `backoff:` takes a number from 1 up, not `0.5`",
                "1:28 WF106 `jitter:` takes a number from 0 to 1, not `2`",
                "2:15 WF106 `max:` takes a whole number from 1 up, not `0`",
                "3:15 WF106 `turns:` takes a whole number from 1 up, not `x`",
                "3:24 WF106 `budget:` takes a number above 0, not `0`",
            ],
            id="numbers",
        ),
        pytest.param(
            "retry:1 on:exit,oom → /echo\n",
            [
                "1:12 WF106 `on:` takes kinds of errors such as `exit,timeout`, not `exit,oom`",
            ],
            id="kinds",
        ),
        pytest.param(
            """\
retry:1 dealy:3 → /echo
timeout:1 foo:3 → /echo
on:manual branch:main
""",
            [
                "1:9 WF106 `retry:` has no option `dealy:` | did you mean `delay:`?",
                "2:11 WF106 `timeout:` has no option `foo:` | its options are `grace:`",
                "3:11 WF106 `on:manual` has no option `branch:` | it has none",
            ],
            id="unknown",
        ),
        pytest.param(
            "retry:1 delay:3 delay:4 → /echo\n",
            [
                "1:17 WF106 option `delay:` is there twice",
            ],
            id="twice",
        ),
        pytest.param(
            """\
on:schedule cron:"*/5 0-6 1,15 * 1-5"
on:schedule cron:"0 99 * * *"
on:schedule cron:"5-1 * * * *"
on:schedule cron:daily
""",
            [
                '2:18 WF106 `cron:` takes five fields such as `"0 3 * * *"`, not `0 99 * * *` | the hour, `99`, has to be within 0 and 23',
                '3:18 WF106 `cron:` takes five fields such as `"0 3 * * *"`, not `5-1 * * * *` | the minute, `5-1`, has to be within 0 and 59',
                '4:18 WF106 `cron:` takes five fields such as `"0 3 * * *"`, not `daily`',
            ],
            id="cron",
        ),
        pytest.param(
            """\
define:/a
  ↳ run     → true
  ↳ timeout → 5y
  ↳ retry   → x delay:z foo:3 on:exit
  ↳ env     → =3 A=1
  ↳ uses    → gpus mem:8
  ↳ secrets → 3x TOKEN
  ↳ effect  → Prod
  ↳ wdir    → a b
/a
""",
            [
                "3:15 WF106 `timeout` takes a duration such as `60s`, not `5y`",
                "4:15 WF106 `retry` takes a whole number from 0 up, not `x`",
                "4:17 WF106 `delay:` takes a duration such as `60s`, not `z`",
                "4:25 WF106 `retry` has no option `foo:` | its options are `backoff:`, `delay:`, `jitter:`, `max:`, `on:`",
                "5:15 WF106 `env` takes `NAME=value`, not `=3`",
                "6:15 WF106 `uses` takes resources such as `gpus:1`, not `gpus`",
                "7:15 WF106 `secrets` takes a name such as `TOKEN`, not `3x`",
                "8:15 WF106 `effect` takes a name such as `production`: small letters, digits and `._-`, not `Prod`",
                "9:17 WF106 `wdir` takes one value, not 2",
            ],
            id="fields",
        ),
    ],
)
def test_options(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
