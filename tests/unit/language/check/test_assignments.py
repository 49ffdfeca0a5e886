"""What is set."""

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
$status = 3
/echo 1 > result
""",
            [
                "1:1 WF204 `$status` is a built-in variable | it is the exit status of the last unit that ended; choose another name",
                "2:9 WF204 `$result` is a built-in variable | it is the result of the last unit that ended; choose another name",
            ],
            id="built-in",
        ),
        pytest.param(
            """\
define:/a run
  ↳ run → echo $run
sweep:index=1,2 → context:c → $error → /a 1
""",
            [
                "1:11 WF204 `$run` is a built-in variable | it is the run: `id`, `workflow`, `commit`, `branch`, `attempt`; choose another name",
                "3:7 WF204 `$index` is a built-in variable | it is the number of the branch or trial, in a `fork:` or `sweep:`; choose another name",
                "3:31 WF204 `$error` is a built-in variable | it is what failed, in a `catch:`, `finally:` or handler; choose another name",
            ],
            id="axis-parameter-context",
        ),
        pytest.param(
            "sweep:s=1 s=2 → /echo $s\n",
            [
                "1:11 WF205 axis `s` is there twice | join their values: `s=1,2,3`",
            ],
            id="axis-twice",
        ),
        pytest.param(
            """\
fork:2 → { $x = 1 } & { /echo 2 > x }
/echo $x
""",
            [
                "1:33 WF304 two branches of this `fork:` set `$x` | give each a name of its own",
            ],
            id="branches",
        ),
        pytest.param(
            """\
fork:2 → { $x = 1 } & { $y = 1 }
/echo $x $y
""",
            [],
            id="branches-of-their-own",
        ),
        pytest.param(
            "fork:2 → { $x = 1 ; /echo $x }\n",
            [],
            id="copies",
        ),
        pytest.param(
            """\
fork:2 → { $x = 1 } & sweep:s=1,2 → { $x = $s }
/echo $x
""",
            [],
            id="sweep-in-a-branch",
        ),
        pytest.param(
            """\
$x = 1
/echo 1 > y
$_z = 1
""",
            [
                "1:1 WF302? `$x` is set and never used | delete it, or begin its name with `_` if it is there for people to see",
                "2:9 WF302? `$y` is set and never used | `./y` is a file of that name; `> y` sets the variable",
            ],
            id="in-vain",
        ),
        pytest.param(
            """\
$c = /echo '{"a": 1}'
context:c → $a → /echo $a
""",
            [],
            id="used-by-a-context",
        ),
        pytest.param(
            """\
$x = 1
state:save → s.json
""",
            [],
            id="saved",
        ),
    ],
)
def test_assignments(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
