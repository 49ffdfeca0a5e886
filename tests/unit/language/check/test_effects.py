"""Effects on one environment."""

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
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
/up && /down
/up
/other &
/up
""",
            [],
            id="in-turn",
        ),
        pytest.param(
            """\
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
fork:2 → /up & { /other ; /down }
fork:2 → /up & /up
""",
            [
                "10:27 WF503 `/down` and `/up` change `prod` at once | run them one after the other",
                "11:16 WF503 two calls of `/up` change `prod` at once | run them one after the other",
            ],
            id="branches",
        ),
        pytest.param(
            """\
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
/up | /down
""",
            [
                "10:7 WF503 `/down` and `/up` change `prod` at once | run them one after the other",
            ],
            id="pipeline",
        ),
        pytest.param(
            """\
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
/up &
/down
""",
            [
                "11:1 WF503 `/down` and `/up` change `prod` at once | run them one after the other",
            ],
            id="background",
        ),
        pytest.param(
            """\
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
/up &
barrier
/down
""",
            [],
            id="background-joined",
        ),
        pytest.param(
            """\
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
/up &
on_exit → /down
""",
            [],
            id="handler",
        ),
        pytest.param(
            """\
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
sweep:v=1,2 → /up $v
sweep:v=1,2 max:1 → /up $v
fork:2 → /down
""",
            [
                "10:15 WF503 the copies of `/up` change `prod` at once | a sweep with `max:1` runs them in turn",
                "12:10 WF503 the copies of `/down` change `prod` at once | a sweep with `max:1` runs them in turn",
            ],
            id="trials",
        ),
        pytest.param(
            """\
define:/up v=1
  ↳ run    → true
  ↳ effect → prod
define:/down
  ↳ run    → true
  ↳ effect → prod
define:/other
  ↳ run    → true
  ↳ effect → staging
sweep:v=1,2 max:1 → { /up ; /down }
if:$status == 0 → /up → /down
""",
            [],
            id="two-of-a-trial",
        ),
    ],
)
def test_effects(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
