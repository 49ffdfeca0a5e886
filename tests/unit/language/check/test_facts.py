"""Files of the repository."""

from __future__ import annotations

from typing import Protocol

import pytest

from gitwf.language.check.surroundings import Surroundings

REPOSITORY = Surroundings(
    tracked=frozenset({"train.py", "data/a.csv", "metrics.json"}),
    untracked=frozenset({"new.csv"}),
    outs=frozenset({"features"}),
)


class Said(Protocol):
    def __call__(self, text: str, surroundings: Surroundings) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        pytest.param(
            """\
define:/a n
  ↳ run  → true
  ↳ deps → train.py data data/a.csv features features/x.npy s3://b/x b/1.txt
  ↳ outs → b/${n}.txt
  ↳ wdir → .
define:/b
  ↳ run  → true
  ↳ wdir → sub
  ↳ deps → ../b ../train.py
/a 1
/b
""",
            [],
            id="provided",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ deps → trian.py nowhere/x new.csv
/a
""",
            [
                "3:12 WF402 nothing provides `trian.py` | did you mean `train.py`?",
                "3:21 WF402 nothing provides `nowhere/x` | no file, out or DVC target has this path",
                "3:31 WF402 `new.csv` is tracked by neither git nor DVC | `dvc add new.csv`, or `git add new.csv` if it is small",
            ],
            id="not-provided",
        ),
        pytest.param(
            """\
define:/a n
  ↳ run    → true
  ↳ params → lr metrics.json:acc metrisc.json: features/p.yaml: new.csv:x ${n}.json:x b:
/a 1
""",
            [
                "3:14 WF402 nothing provides `params.yaml` | `lr` is looked up there: one of another file is `FILE:lr`",
                "3:34 WF402 nothing provides `metrisc.json` | did you mean `metrics.json`?",
                "3:65 WF402 `new.csv` is tracked by neither git nor DVC | `git add new.csv`",
                "3:87 WF402 nothing provides `b` | no file, out or DVC target has this path",
            ],
            id="params",
        ),
        pytest.param(
            """\
define:/a
  ↳ run  → true
  ↳ deps → nowhere
""",
            [],
            id="only-what-is-called",
        ),
        pytest.param(
            """\
define:/a
  ↳ run              → true
  ↳ metrics          → metrics.json
  ↳ outs             → data
  ↳ metrics_no_cache → train.py
/a
""",
            [
                "3:24 WF404 `metrics.json` is an out in DVC's cache, and git tracks it | `git rm -r --cached metrics.json`, or `metrics_no_cache` for metrics in git",
                "4:24 WF404 `data` is an out in DVC's cache, and git tracks it | `git rm -r --cached data`, or `metrics_no_cache` for metrics in git",
            ],
            id="tracked-outs",
        ),
    ],
)
def test_facts(said: Said, text: str, messages: list[str]) -> None:
    assert said(text, REPOSITORY) == messages
