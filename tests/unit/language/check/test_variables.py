"""Variables along the flow."""

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
$x = 1
/echo $x
""",
            [],
            id="set-before",
        ),
        pytest.param(
            """\
/echo 1 > x
/echo ${x + 1}
""",
            [],
            id="redirect-sets",
        ),
        pytest.param(
            "/echo $nothing\n",
            [
                "1:7 WF201 `$nothing` is never set",
            ],
            id="never",
        ),
        pytest.param(
            """\
/echo $x
$x = 1
""",
            [
                "1:7 WF201 `$x` is used before it is set",
            ],
            id="late",
        ),
        pytest.param(
            """\
$sigma = 1
/echo $sgima $sigma
""",
            [
                "2:7 WF201 `$sgima` is never set | did you mean `$sigma`?",
            ],
            id="near",
        ),
        pytest.param(
            """\
$x = $x + 1
/echo $x
""",
            [
                "1:6 WF201 `$x` is used before it is set",
            ],
            id="assignment-reads-itself",
        ),
        pytest.param(
            """\
if:$status == 0 → { $x = 1 }
/echo $x
""",
            [],
            id="on-some-path",
        ),
        pytest.param(
            "if:$status == 0 → { $x = 1 } → /echo $x\n",
            [
                "1:38 WF201 `$x` is not set here | what sets it runs beside this, or keeps it to itself",
            ],
            id="other-arm",
        ),
        pytest.param(
            """\
case:$status
  ↳ 0 → { $x = 1 }
  ↳ * → /echo $x
/echo $x
""",
            [
                "3:15 WF201 `$x` is not set here | what sets it runs beside this, or keeps it to itself",
            ],
            id="case-branch",
        ),
        pytest.param(
            "/echo ${x.y ?? 0} ${1 + (z ?? w)}\n",
            [
                '1:31 WF201 `$w` is never set | a string stands in quotes: `"w"`',
            ],
            id="left-of-coalescing",
        ),
        pytest.param(
            """\
/echo 1 > x &
/echo $x
barrier
/echo $x
""",
            [
                "2:7 WF201 `$x` is not set here | a background job sets it: put a `barrier` before this",
            ],
            id="background-before-barrier",
        ),
        pytest.param(
            """\
{ /echo 1 > x & }
/echo $x
""",
            [],
            id="background-joined-at-the-end-of-a-group",
        ),
        pytest.param(
            """\
fork:2 → { $x = 1 } & /echo $x
/echo $x
""",
            [
                "1:29 WF201 `$x` is not set here | what sets it runs beside this, or keeps it to itself",
            ],
            id="fork-branch-sees-what-was-before",
        ),
        pytest.param(
            """\
fork:3 → { /echo $index > x ; /echo $x }
/echo $x
""",
            [
                "2:7 WF201 `$x` is not set here | what sets it runs beside this, or keeps it to itself",
            ],
            id="copies-keep-theirs",
        ),
        pytest.param(
            """\
sweep:s=1,2 → { /echo $s $index > x }
/echo $x $s
""",
            [
                "2:7 WF201 `$x` is not set here | what sets it runs beside this, or keeps it to itself",
                "2:10 WF201 `$s` is never set",
            ],
            id="trials-keep-theirs",
        ),
        pytest.param(
            """\
/echo 1 > x | /echo $x
/echo $x
""",
            [
                "1:21 WF201 `$x` is not set here | what sets it runs beside this, or keeps it to itself",
            ],
            id="pipeline-parts-begin-together",
        ),
        pytest.param(
            "/echo $index\n",
            [
                "1:7 WF201 `$index` is never set | it is the number of the branch or trial, in a `fork:` or `sweep:`",
            ],
            id="index-outside",
        ),
        pytest.param(
            """\
context:c → $a → /echo $a $context
/echo $a $context
""",
            [
                "2:7 WF201 `$a` is never set",
                "2:10 WF201 `$context` is never set | it is the whole context value, in a `context:`",
            ],
            id="context-outside",
        ),
        pytest.param(
            """\
/echo $all_results_ready
barrier → $all_results_ready → /echo yes
""",
            [
                "1:7 WF201 `$all_results_ready` is never set | it is whether all succeeded that a `barrier` joined, after it",
            ],
            id="all-results-ready",
        ),
        pytest.param(
            """\
try: /echo → catch: /echo ${error.kind} → finally: /echo $error
/echo $error
""",
            [
                "2:7 WF201 `$error` is never set | it is what failed, in a `catch:`, `finally:` or handler",
            ],
            id="error-in-catch-finally",
        ),
        pytest.param(
            """\
try: { $x = 1
/fail } → catch: /echo $x
""",
            [],
            id="catch-sees-the-body",
        ),
        pytest.param(
            """\
on_failure → /echo $error $x
on_exit → /echo $error
on_success → /echo $error $x
$x = 1
""",
            [
                "3:20 WF201 `$error` is never set | it is what failed, in a `catch:`, `finally:` or handler",
            ],
            id="handlers-run-last",
        ),
        pytest.param(
            """\
/echo $x
state:load → s.json
/echo $x $y
""",
            [
                "1:7 WF201 `$x` is never set",
            ],
            id="state-load-may-set-anything",
        ),
        pytest.param(
            "if:$run.branch == main → /echo\n",
            [
                '1:19 WF201 `$main` is never set | a string stands in quotes: `"main"`',
            ],
            id="quotes-forgotten",
        ),
        pytest.param(
            "/echo $HOME\n",
            [
                '1:7 WF201 `$HOME` is never set | `env("HOME")` reads it from the environment',
            ],
            id="environment",
        ),
        pytest.param(
            "/echo $API_TOKEN\n",
            [
                "1:7 WF502 `$API_TOKEN` is a secret, and no value | name it in `secrets`; the shell of the run line then reads `$$API_TOKEN`",
            ],
            id="secret",
        ),
        pytest.param(
            """\
retry:$n delay:$d → timeout:$t → /echo
sweep:s=$l → /echo $s
""",
            [
                "1:7 WF201 `$n` is never set",
                "1:16 WF201 `$d` is never set",
                "1:29 WF201 `$t` is never set",
                "2:9 WF201 `$l` is never set",
            ],
            id="options-and-counts",
        ),
        pytest.param(
            "/echo 1 > x > ${x}.txt\n",
            [
                "1:17 WF201 `$x` is not set here | what sets it runs beside this, or keeps it to itself",
            ],
            id="redirect-path-after-its-command",
        ),
        pytest.param(
            "droid:d → /fix $what\n",
            [
                "1:16 WF201 `$what` is never set",
            ],
            id="droid",
        ),
    ],
)
def test_variables(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
