"""`dvc.yaml` beside the definitions: WF403, and its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitwf.config.settings import Settings
from gitwf.data.facts import FileFacts, TreeFiles
from gitwf.diagnostics import render
from gitwf.reconcile.examine import examine

PAGE = Path(__file__).parents[3] / "docs" / "diagnostics" / "WF403.md"
BLOCK = re.compile(r"^```(wf|text|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _said(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    found = examine("case.wf", FileFacts(TreeFiles(root)), Settings())
    return "".join(f"{render(d, found.sources[d.path])}\n" for d in found.diagnostics)


def test_the_page(tmp_path: Path) -> None:
    blocks: list[tuple[str, str]] = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    (_, example), (_, output), (_, stages), (_, mend) = blocks
    assert _said(tmp_path, {"case.wf": example, "dvc.yaml": stages}) == output
    assert _said(tmp_path, {"case.wf": mend}) == ""


DEFINED = """\
define:/train
  ↳ run     → python3 train.py
  ↳ deps    → train.py data.csv
  ↳ params  → params.yaml:lr
  ↳ outs    → model.joblib
  ↳ metrics → metrics.json
"""
STAGE = """\
stages:
  train:
    cmd: python3 train.py
    deps: [data.csv, train.py]
    params: [lr]
    outs: [model.joblib]
    metrics: [metrics.json]
  other:
    cmd: "true"
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("", "", None, id="same"),
        pytest.param("train:", "training:", None, id="not there"),
        pytest.param("cmd: python3 train.py", "cmd: [a, b]", "`cmd` is a list of 2", id="commands"),
        pytest.param("train.py\n", f"{'x' * 70}\n", f"`cmd` is `python3 {'x' * 52}…`", id="long"),
        pytest.param(
            "cmd: python3 train.py",
            'cmd: "a  b\\e[2J\\nc"',
            "`cmd` is `a  b [2J c`",
            id="what a terminal must not be given",
        ),
        pytest.param("[lr]", "[lr]\n    wdir: src", "`wdir` is `src`", id="wdir"),
        pytest.param("[data.csv, ", "[a.csv, data.csv, ", "`deps` has `a.csv`", id="more"),
        pytest.param("[data.csv, ", "[", "`deps` lacks `data.csv`", id="less"),
        pytest.param("[lr]", "[epochs]", "`params` are others", id="params"),
        pytest.param(
            "metrics: [metrics.json]",
            "plots: [metrics.json]",
            "`metrics` lacks `metrics.json`",
            id="plot",
        ),
        pytest.param(
            "[metrics.json]",
            "[{metrics.json: {cache: false}}]",
            "`metrics.json` is not kept in the cache",
            id="cache",
        ),
        pytest.param(
            "[model.joblib]",
            "[{model.joblib: {persist: true}}]",
            "`model.joblib` is kept in the cache, and stays between runs",
            id="persist",
        ),
        pytest.param("[lr]", "[lr]\n    frozen: true", "`frozen` is true", id="frozen"),
        pytest.param("[lr]", "[lr]\n    desc: Trains", None, id="described"),
    ],
)
def test_reasons(tmp_path: Path, old: str, new: str, reason: str | None) -> None:
    files = {"case.wf": f"{DEFINED}/train\n", "dvc.yaml": STAGE.replace(old, new, 1)}
    said = _said(tmp_path, files).partition("\n")[0]
    start = "case.wf:1:8: WF403 warning: `dvc.yaml` disagrees with `/train`: "
    assert said == ("" if reason is None else f"{start}{reason}")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{DEFINED}echo hi\n".replace("echo hi", "$x = 1\n/log $x"), id="not called"),
        pytest.param(
            f"{DEFINED}/train 1\n".replace("/train\n", "/train n\n", 1), id="with parameters"
        ),
        pytest.param(
            f"{DEFINED}/train\n".replace("train.py\n", "train.py ${run.id}\n", 1), id="only a run"
        ),
    ],
)
def test_what_is_not_compared(tmp_path: Path, text: str) -> None:
    stages = STAGE.replace("python3", "python2")
    assert "WF403" not in _said(tmp_path, {"case.wf": text, "dvc.yaml": stages})


def test_values_of_files_are_put_in(tmp_path: Path) -> None:
    text = "define:/a\n  ↳ run  → a ${params.lr}\n  ↳ outs → x\n/a\n"
    files = {"case.wf": text, "params.yaml": "lr: 0.10\n"}
    stages = "stages:\n  a:\n    cmd: a 0.10\n    outs: [x]\n"
    assert _said(tmp_path, {**files, "dvc.yaml": stages}) == ""
    assert "`cmd` is `a 0.2`" in _said(tmp_path, {"dvc.yaml": stages.replace("0.10", "0.2")})
