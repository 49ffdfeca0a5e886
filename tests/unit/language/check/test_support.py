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
        ("/echo a | /echo b | /echo c\n", "1:9", "|"),
        ("/echo a &\n/echo b\n", "1:9", "&"),
        ("retry:2 → /echo\n", "1:1", "retry:"),
        ("timeout:2 → /echo\n", "1:1", "timeout:"),
        ("/echo → fork:2 → /echo a & /echo b\n", "1:9", "fork:"),
        ("{ sweep:s=1,2 → /echo $s }\n", "1:3", "sweep:"),
        ("droid:d → /fix\n", "1:1", "droid:"),
        ("barrier\n", "1:1", "barrier"),
        ("state:save → s.json\n", "1:1", "state:"),
        ("context:c → $a → /echo $a\n", "1:1", "context:"),
        ("target:local → /echo\n", "1:1", "target:"),
        ("/dvc:push\n", "1:1", "/dvc:push"),
        ("on:commit supersede:cancel\n", "1:11", "supersede:cancel"),
        ("define:/a\n  ↳ run    → true\n  ↳ target → runpod\n/a\n", "3:14", "target → runpod"),
    ],
)
def test_refused(said: Said, text: str, place: str, word: str) -> None:
    assert said(text, support=True)[0] == f"{place} WF109 `{word}` is not there yet | {HINT}"


@pytest.mark.parametrize(
    "text",
    [
        "on:commit branch:main path:src/** supersede:finish\non:manual\n",
        "on_failure → /echo ${error.kind}\non_success → /echo\non_exit → /echo\n",
        "$x = /echo '{\"a\": 1}' > x.json\n/echo ${x.a} >> x.txt\n",
        "/echo a ; /echo b && /echo c || /fail → { /sleep 1\n/echo d }\n",
        "if:$status == 0 → /echo a → /fail\n",
        "try: /fail → catch: /echo ${error.message} → finally: /echo\n",
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
    ids=["triggers", "handlers", "variables", "operators", "if", "try", "definition"],
)
def test_played(said: Said, text: str) -> None:
    assert said(text, support=True) == []


def test_only_of_a_file_that_is_right(said: Said) -> None:
    text = "fork:2 → /ecko & /echo\n"
    assert said(text, support=True) == [
        "1:10 WF202 unknown command `/ecko` | did you mean `/echo`?"
    ]
