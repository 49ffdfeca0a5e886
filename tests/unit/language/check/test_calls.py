"""Commands by name."""

from __future__ import annotations

from typing import Protocol

import pytest

from gitwf.language.check.surroundings import Surroundings


class Said(Protocol):
    def __call__(self, text: str) -> list[str]: ...


class SaidAround(Protocol):
    def __call__(self, text: str, surroundings: Surroundings) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        pytest.param(
            """\
/echo a
/sleep 1
/fail
""",
            [],
            id="built-in",
        ),
        pytest.param(
            "/ecko a\n",
            [
                "1:1 WF202 unknown command `/ecko` | did you mean `/echo`?",
            ],
            id="unknown",
        ),
        pytest.param(
            "/frobnicate\n",
            [
                "1:1 WF202 unknown command `/frobnicate` | define it: `define:/frobnicate`, or write it as `commands/frobnicate.sh`",
            ],
            id="unknown-and-far",
        ),
        pytest.param(
            "/dvc:psuh\n",
            [
                "1:1 WF202 unknown command `/dvc:psuh` | did you mean `/dvc:push`?",
            ],
            id="colon",
        ),
        pytest.param(
            """\
/later
define:/later
  ↳ run → true
""",
            [],
            id="defined-later",
        ),
        pytest.param(
            """\
if:$status == 0 → /nope1 → { /nope2 }
try: /nope3 → catch: /nope4
on_exit → /nope5
$_x = /nope6
""",
            [
                "1:19 WF202 unknown command `/nope1` | define it: `define:/nope1`, or write it as `commands/nope1.sh`",
                "1:30 WF202 unknown command `/nope2` | define it: `define:/nope2`, or write it as `commands/nope2.sh`",
                "2:6 WF202 unknown command `/nope3` | define it: `define:/nope3`, or write it as `commands/nope3.sh`",
                "2:22 WF202 unknown command `/nope4` | define it: `define:/nope4`, or write it as `commands/nope4.sh`",
                "3:11 WF202 unknown command `/nope5` | define it: `define:/nope5`, or write it as `commands/nope5.sh`",
                "4:7 WF202 unknown command `/nope6` | define it: `define:/nope6`, or write it as `commands/nope6.sh`",
            ],
            id="in-arms",
        ),
        pytest.param(
            "droid:d → /implement this\n",
            [],
            id="droid-passes-anything-on",
        ),
        pytest.param(
            """\
define:/a x=1
  ↳ run → echo $x
  ↳ outs → out/${x}.txt
/a 1 2
/a --y 2
/sleep
/sleep soon
""",
            [
                "4:1 WF203 `/a` takes 1 argument, not 2 | it is called as `/a [x]`",
                "5:1 WF203 `/a` has no parameter `y` | it is called as `/a [x]`",
                "6:1 WF203 `/sleep` needs `duration` | it is called as `/sleep duration`",
                "7:1 WF203 `duration` of `/sleep` is a duration such as `300`, `250ms` or `1h30m`, not `soon` | it is called as `/sleep duration`",
            ],
            id="arguments",
        ),
    ],
)
def test_calls(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages


def test_a_script_that_is_not_executable(said: SaidAround) -> None:
    around = Surroundings(
        scripts=frozenset({"fit"}), unfit={"hello": "commands/hello.sh", "fit": "commands/fit.py"}
    )
    text = "/fit && /hello\ndroid:claude check:/hello → /improve it\n"
    words = (
        "WF202 `commands/hello.sh` is not executable, so `/hello` is no command"
        " | `chmod +x commands/hello.sh`, and commit that"
    )
    assert said(text, around) == [f"1:9 {words}", f"2:20 {words}"]
