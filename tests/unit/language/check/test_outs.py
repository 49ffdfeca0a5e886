"""Outs that two write."""

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
define:/a
  ↳ run  → true
  ↳ outs → m.txt
define:/b
  ↳ run     → true
  ↳ metrics → ./m.txt
/a
/b
""",
            [
                "8:1 WF401 `/b` writes `m.txt`, which `/a` writes too | give each a path of its own",
            ],
            id="two-commands",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ outs → models
define:/b
  ↳ run  → true
  ↳ outs → models/b.txt
/a
/b
""",
            [
                "8:1 WF401 `/b` writes `models/b.txt`, which `/a` writes as `models` | give each a path of its own",
            ],
            id="within",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ outs → models
define:/b
  ↳ run  → true
  ↳ outs → models/b.txt
/b
/a
""",
            [
                "8:1 WF401 `/a` writes `models`, which `/b` writes as `models/b.txt` | give each a path of its own",
            ],
            id="around",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ wdir → a
  ↳ outs → m.txt
define:/b
  ↳ run  → true
  ↳ wdir → b
  ↳ outs → m.txt ../a/m.txt
/a
/b
""",
            [
                "10:1 WF401 `/b` writes `a/m.txt`, which `/a` writes too | give each a path of its own",
            ],
            id="working-folders",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ outs → m.txt
define:/b
  ↳ run  → true
  ↳ outs → m.txt
if:$status == 0 → /a → /b
""",
            [],
            id="never-both",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ outs → m.txt
define:/b
  ↳ run  → true
  ↳ outs → m.txt
case:$status
  ↳ 0 → /a
  ↳ * → /b
""",
            [],
            id="never-both-branches",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ outs → ${run.id}.txt
define:/b s
  ↳ run  → true
  ↳ outs → m.txt
define:/c s
  ↳ run  → true
  ↳ outs → m.txt
sweep:s=1,2 → if:$s == 1 → /b $s → /c $s
""",
            [
                "10:28 WF401 each copy of `/b` writes `m.txt` | put what differs into its path: `${s}`",
                "10:36 WF401 each copy of `/c` writes `m.txt` | put what differs into its path: `${s}`",
            ],
            id="either-in-trials",
        ),
        pytest.param(
            """\
define:/a x=1
  ↳ run → echo $x
  ↳ outs → out/${x}.txt
/a 1
/a 1
""",
            [],
            id="one-command-again",
        ),
        pytest.param(
            """\
define:/a x=1
  ↳ run → echo $x
  ↳ outs → out/${x}.txt
fork:2 → /a 1 & /a 2
fork:2 → /a 1 & /a 1
""",
            [
                "5:17 WF401 two calls of `/a` write `out/1.txt` at once | give each a path of its own",
            ],
            id="one-command-at-once",
        ),
        pytest.param(
            """\
define:/a x=1
  ↳ run → echo $x
  ↳ outs → out/${x}.txt
sweep:s=1,2 → /a $s
sweep:s=1,2 → { $p = "p$s" ; /a $p }
fork:3 → /a $index
""",
            [],
            id="trials-differ",
        ),
        pytest.param(
            """\
define:/a x=1
  ↳ run → echo $x
  ↳ outs → out/${x}.txt
sweep:s=1,2 max:1 → /a 3
fork:3 → /a
""",
            [
                "4:21 WF401 each copy of `/a` writes `out/3.txt` | put what differs into its path: `${s}`",
                "5:10 WF401 each copy of `/a` writes `out/1.txt` | put what differs into its path: `${index}`",
            ],
            id="trials-alike",
        ),
        pytest.param(
            """\
define:/a x y=$x ...
  ↳ run  → true
  ↳ outs → ${y}.txt
sweep:s=1,2 → /a $s
""",
            [],
            id="trials-differ-by-way-of-a-default",
        ),
        pytest.param(
            """\
define:/a ...
  ↳ run  → true
  ↳ outs → ${args[0]}.txt
sweep:s=1,2 → /a $s
sweep:s=1,2 → /a 1
""",
            [
                "5:15 WF401 each copy of `/a` writes `${args[0]}.txt` | put what differs into its path: `${s}`",
            ],
            id="trials-differ-by-the-rest",
        ),
        pytest.param(
            """\
define:/a x=1
  ↳ run → echo $x
  ↳ outs → out/${x}.txt
sweep:s=1 → /a 3
fork:1 → /a 4
""",
            [],
            id="one-trial",
        ),
    ],
)
def test_outs(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
