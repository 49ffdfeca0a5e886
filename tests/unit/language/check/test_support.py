"""What this version does not play is refused by name."""

from __future__ import annotations

from typing import Protocol

import pytest

HINT = "this version does not play it; take it out, or wait for one that does"


class Said(Protocol):
    def __call__(self, text: str, *, support: bool) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("target:ray → /echo\n", "1:8", "target:ray"),
        ("define:/a\n  ↳ run    → true\n  ↳ target → ray\n/a\n", "3:14", "target → ray"),
    ],
)
def test_refused(said: Said, text: str, place: str, word: str) -> None:
    assert said(text, support=True)[0] == f"{place} WF109 `{word}` is not there yet | {HINT}"


@pytest.mark.parametrize(
    "text",
    [
        "on:commit branch:main path:src/** supersede:queue\non:commit supersede:cancel\non:manual\n",
        "on_failure → /echo ${error.kind}\non_success → /echo\non_exit → /echo\n",
        "$x = /echo '{\"a\": 1}' > x.json\n/echo ${x.a} >> x.txt\n",
        "/echo a ; /echo b && /echo c || /fail → { /sleep 1\n/echo d }\n",
        "if:$status == 0 → /echo a → /fail\n",
        "try: /fail → catch: /echo ${error.message} → finally: /echo\n",
        "droid:d → /fix\n",
        "/echo a | /echo b | /echo c\n{ /echo d &\n/echo e & /echo f }\nbarrier\n",
        "case:$status\n  ↳ 0 → retry:2 → timeout:2s → /echo a\n  ↳ * → target:local → /echo b\n",
        "fork:2 → /echo a & /echo b\nsweep:s=1,2 → /echo $s\n",
        "state:save → s.json\nstate:load → s.json\ncontext:c → $a → /echo $a\n",
        """\
define:/a x:int=1 ...
  ↳ run              → echo $x $args
  ↳ desc             → all fields
  ↳ deps             → a.py
  ↳ outs             → a.txt
  ↳ metrics          → a.json
  ↳ plots            → a.csv
  ↳ outs_no_cache    → b.txt
  ↳ outs_persist     → c.txt
  ↳ metrics_no_cache → b.json
  ↳ params           → lr
  ↳ env              → SEED=2
  ↳ wdir             → sub
  ↳ effect           → production
  ↳ timeout          → 1h
  ↳ retry            → 2 delay:5s
  ↳ uses             → gpus:1
  ↳ secrets          → TOKEN
  ↳ target           → local
/a 2 b c
""",
    ],
    ids=[
        "triggers",
        "handlers",
        "variables",
        "operators",
        "if",
        "try",
        "agents",
        "pipes",
        "arms",
        "parallel",
        "state",
        "definition",
    ],
)
def test_played(said: Said, text: str) -> None:
    assert said(text, support=True) == []


def test_only_of_a_file_that_is_right(said: Said) -> None:
    text = "fork:2 → /ecko & /echo\n"
    assert said(text, support=True) == [
        "1:10 WF202 unknown command `/ecko` | did you mean `/echo`?"
    ]
