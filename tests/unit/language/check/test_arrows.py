"""Arrows that read otherwise than they look."""

from __future__ import annotations

from typing import Protocol

import pytest


class Said(Protocol):
    def __call__(self, text: str) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        pytest.param(
            "if:$status == 0 → /echo a → /echo b → /echo c\n",
            [
                "1:39 WF305? a third arrow behind an `if:` runs whatever the condition was | group what belongs together: `if:… → { /a → /b } → /c`",
            ],
            id="third-arrow",
        ),
        pytest.param(
            """\
/echo → if:$status == 0 → /echo a → /echo b
/echo → if:$status == 0 → /echo a
""",
            [
                "1:9 WF305? the last arrow is the else of this `if:` | group it if that is not meant: `/a → { if:… → /b } → /c`",
            ],
            id="else-behind-an-arrow",
        ),
        pytest.param(
            """\
retry:2 → /echo a → /echo b
fork:2 → /echo a & /echo b → /echo c
sweep:s=1,2 → /echo $s → /echo d
timeout:5s → /echo a → /echo b
""",
            [
                "1:21 WF305? this runs behind the whole `retry:`, not in it | group the arm if it belongs in there: `retry:… → { /a → /b }`",
                "2:30 WF305? this runs behind the whole `fork:`, not in it | group the arm if it belongs in there: `fork:… → { /a → /b }`",
                "3:26 WF305? this runs behind the whole `sweep:`, not in it | group the arm if it belongs in there: `sweep:… → { /a → /b }`",
            ],
            id="behind-an-arm",
        ),
        pytest.param(
            """\
{ if:$status == 0 → /echo a → /echo b } → /echo c
retry:2 → { /echo a → /echo b }
""",
            [],
            id="grouped",
        ),
        pytest.param(
            """\
fork:2 → /echo a &
/echo b
fork:2 → /echo a &
  /echo b
""",
            [
                "2:1 WF305? this line is a branch of the `fork:` above | indent it; to put the whole fork in the background, group it: `{ fork:… } &`",
            ],
            id="fork-goes-on",
        ),
    ],
)
def test_arrows(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
