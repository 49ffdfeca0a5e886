"""What can never run."""

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
case:$status
  ↳ 0, 1 → /echo a
  ↳ 1 → /echo b
  ↳ * → /echo c
  ↳ 2 → /echo d
""",
            [
                "3:3 WF301? this branch, of a pattern that stood before, can never run | move it up, or delete it",
                "5:3 WF301? this branch, after `*`, can never run | move it up, or delete it",
            ],
            id="cases",
        ),
        pytest.param(
            """\
case:$status
  ↳ 0 → /echo a
  ↳ "*" → /echo b
""",
            [
                "1:6 WF303? this case does nothing where no pattern matches | say what then: `↳ * → /fail`",
            ],
            id="no-star",
        ),
        pytest.param(
            """\
if:false → /echo a
if:true → /echo a → /echo b
""",
            [
                "1:12 WF301? this can never run: the condition is always false",
                "2:21 WF301? this can never run: the condition is always true",
            ],
            id="constant-conditions",
        ),
        pytest.param(
            """\
define:/a
  ↳ run → true
/echo ; /fail
/echo b
/fail || /echo
{ /fail
on_failure → /echo }
""",
            [
                "4:1 WF301? this can never run: the line before it always fails",
            ],
            id="after-fail",
        ),
    ],
)
def test_reach(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
