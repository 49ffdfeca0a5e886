"""Targets, droids and environments."""

from __future__ import annotations

from typing import Protocol

import pytest

from gitwf.language.check.surroundings import Surroundings

REPOSITORY = Surroundings(
    targets=frozenset({"box"}),
    droids=frozenset({"fixer", "tester"}),
    environments=frozenset({"production"}),
)


class Said(Protocol):
    def __call__(self, text: str, surroundings: Surroundings) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        pytest.param(
            """\
target:local → /echo
target:ssh:box → /echo
target:runpod gpu:"RTX 4090" → /echo
target:ray → /echo
droid:fixer → /fix
define:/a
  ↳ run    → true
  ↳ target → ssh:box
  ↳ effect → production
/a
""",
            [],
            id="known",
        ),
        pytest.param(
            """\
target:ssh:bx → /echo
target:ssh:other → /echo
target:runpood → /echo
target:k8s → /echo
droid:fixr → /fix
droid:writer → /fix
define:/a
  ↳ run    → true
  ↳ target → ssh
  ↳ effect → staging
define:/b
  ↳ run    → true
  ↳ effect → prodction
/a
/b
""",
            [
                "1:8 WF207 unknown target `ssh:bx` | did you mean `ssh:box`?",
                "2:8 WF207 unknown target `ssh:other` | `wf.toml` has no `[target.other]`",
                "3:8 WF207 unknown target `runpood` | did you mean `runpod`?",
                "4:8 WF207 unknown target `k8s` | `local`, `ssh:NAME` or `runpod`",
                "5:7 WF207 unknown droid `fixr` | did you mean `fixer`? Known are `fixer`, `tester`",
                "6:7 WF207 unknown droid `writer` | there is no `droids/writer.md`; known are `fixer`, `tester`",
                "9:14 WF207 unknown target `ssh` | `local`, `ssh:NAME` or `runpod`",
                "10:14 WF207 unknown environment `staging` | `wf.toml` has no `[env.staging]`",
                "13:14 WF207 unknown environment `prodction` | did you mean `production`?",
            ],
            id="unknown",
        ),
    ],
)
def test_places(said: Said, text: str, messages: list[str]) -> None:
    assert said(text, REPOSITORY) == messages
