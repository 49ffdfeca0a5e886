"""Commands on other machines: where no pipe leads, and what a target takes."""

from __future__ import annotations

from typing import Protocol

import pytest

from gitwf.language.check.surroundings import Surroundings

BOX = Surroundings(targets=frozenset({"box"}))
HINT = "let it write a file: `/a > part.txt`, or put both into one run line"

DEFINED = """\
define:/there
  ↳ run    → true
  ↳ target → ssh:box
define:/here
  ↳ run → true
"""


class Said(Protocol):
    def __call__(
        self, text: str, surroundings: Surroundings = ..., *, support: bool = ...
    ) -> list[str]: ...


@pytest.mark.parametrize(
    ("flow", "refused"),
    [
        ("/here | /there", ["6:9 there"]),
        ("/there | /here", ["6:1 there"]),
        ("/here | /here", []),
        ("target:ssh:box → /here | /here", ["6:18 here", "6:26 here"]),
        ("target:ssh:box → /echo a | /here", ["6:18 echo", "6:28 here"]),
        ("target:local → /there | /there", []),
        ("target:ssh:box → target:local → /there | /here", []),
        ("{ /there; /here } | /here", ["6:3 there"]),
        ("{ target:ssh:box → /here } | /here", ["6:20 here"]),
        ("$t = 1\ntarget:$t → /here | /here", []),
    ],
)
def test_no_pipe_leads_to_another_machine(said: Said, flow: str, refused: list[str]) -> None:
    found = said(f"{DEFINED}{flow}\n", BOX, support=True)
    assert found == [
        f"{place} WF109 `/{name}` runs on another machine, where no pipe leads | {HINT}"
        for place, name in (line.split() for line in refused)
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("target:ssh:box max_hours:2 → /echo", None),
        ('target:ssh:box setup:"pip install x" orphan_after:1h → /echo', None),
        ("target:$run → /echo", None),
        (
            "target:ssh:box max_hour:2 → /echo",
            "1:16 WF106 `target:` has no option `max_hour:` | did you mean `max_hours:`?",
        ),
        (
            "target:ssh:box max_hours:long → /echo",
            "1:26 WF106 `max_hours:` takes a number above 0, not `long`",
        ),
        (
            "target:local workdir:/x → /echo",
            "1:14 WF106 `target:` has no option `workdir:` | it has none",
        ),
        (
            "define:/a\n  ↳ run → true\n  ↳ target → ssh:box orphan_after:never\n/a",
            "3:22 WF106 `orphan_after:` takes a duration such as `60s`, not `never`",
        ),
    ],
)
def test_options(said: Said, text: str, fault: str | None) -> None:
    assert said(f"{text}\n", BOX, support=True) == ([fault] if fault else [])
