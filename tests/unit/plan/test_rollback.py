"""Which files hold what a change is about."""

from __future__ import annotations

import pytest

from gitwf.plan.change import Change
from gitwf.plan.rollback import paths_behind

GIT, MD5 = "a" * 40, "b" * 32


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        pytest.param(Change("workflow", "a.wf", GIT, None), {"a.wf"}, id="workflow"),
        pytest.param(Change("word", "x.py", GIT, GIT), {"x.py"}, id="word"),
        pytest.param(Change("param", "p.toml:a.b", "1", "2"), {"p.toml"}, id="param"),
        pytest.param(Change("stage", "sub/fit", GIT, GIT), {"sub/dvc.yaml"}, id="stage"),
        pytest.param(Change("stage", "fit", GIT, GIT), {"dvc.yaml"}, id="stage-at-the-root"),
        pytest.param(Change("set", "n", "1", "2"), set(), id="given"),
        pytest.param(
            Change("dep", "data/raw.csv", f"dvc:{GIT}", None),
            {"data/raw.csv", "data/raw.csv.dvc", "data.dvc"},
            id="tracked-by-dvc",
        ),
        pytest.param(Change("dep", "m.bin", MD5, None), {"m.bin", "dvc.lock"}, id="locked"),
    ],
)
def test_paths_behind(change: Change, paths: set[str]) -> None:
    assert paths_behind([change]) == paths
