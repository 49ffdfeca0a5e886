"""Projects as people have them, and as DVC's documentation shows them, run both ways."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

GET_STARTED = {
    "dvc.yaml": """\
stages:
  prepare:
    cmd: sh src/prepare.sh data/data.xml
    deps:
    - data/data.xml
    - src/prepare.sh
    params:
    - prepare.seed
    - prepare.split
    outs:
    - data/prepared
  featurize:
    cmd: sh src/featurize.sh data/prepared data/features
    deps:
    - data/prepared
    - src/featurize.sh
    params:
    - featurize.max_features
    - featurize.ngrams
    outs:
    - data/features
  train:
    cmd: sh src/train.sh data/features model.pkl
    deps:
    - data/features
    - src/train.sh
    params:
    - train.min_split
    - train.n_est
    - train.seed
    outs:
    - model.pkl
  evaluate:
    cmd: sh src/evaluate.sh model.pkl data/features
    deps:
    - data/features
    - model.pkl
    - src/evaluate.sh
    outs:
    - eval/plots
    metrics:
    - eval/metrics.json:
        cache: false
plots:
- ROC:
    template: simple
    x: fpr
    y:
      eval/plots/roc/train.json: tpr
      eval/plots/roc/test.json: tpr
- eval/plots/importance.png
metrics:
- eval/metrics.json
""",
    "params.yaml": """\
prepare:
  split: 0.20
  seed: 20170428

featurize:
  max_features: 200
  ngrams: 2

train:
  seed: 20170428
  n_est: 50
  min_split: 0.01
""",
    "src/prepare.sh": "mkdir -p data/prepared\nhead -n 2 $1 > data/prepared/train.tsv\ntail -n 1 $1 > data/prepared/test.tsv\n",
    "src/featurize.sh": "mkdir -p $2\ntr a-z A-Z < $1/train.tsv > $2/train.pkl\ntr a-z A-Z < $1/test.tsv > $2/test.pkl\n",
    "src/train.sh": "cat $1/train.pkl > $2\n",
    "src/evaluate.sh": """\
mkdir -p eval/plots/roc
echo '{"avg_prec": {"train": 0.97, "test": 0.92}}' > eval/metrics.json
for split in train test; do echo '[{"fpr": 0, "tpr": 1}]' > eval/plots/roc/$split.json; done
cp $1 eval/plots/importance.png
""",
    "data/data.xml": "<row/>\n<row/>\n<row/>\n",
}
FOREACH = {
    "dvc.yaml": """\
stages:
  cleanups:
    foreach:
    - raw1
    - labels1
    do:
      cmd: sh clean.sh ${item}
      deps:
      - clean.sh
      - ${item}
      outs:
      - ${item}.cln
  build:
    foreach: ${models}
    do:
      cmd: sh build.sh --epochs ${item.epochs} --out model-${key}.hdfs ${item.thresh}
      deps:
      - raw1.cln
      outs:
      - model-${key}.hdfs
""",
    "params.yaml": "models:\n  us:\n    epochs: 3\n    thresh: 10\n  uk:\n    epochs: 1e1\n    thresh: 15\n",
    "clean.sh": "cat $1 > $1.cln\n",
    "build.sh": "echo $2 $5 > $4\n",
    "raw1": "raw\n",
    "labels1": "labels\n",
}
MATRIX = {
    "dvc.yaml": """\
vars:
- config.toml
stages:
  train:
    matrix:
      model: [cnn, xgb]
      feature: ${features}
    wdir: work
    cmd: sh train.sh --feature ${item.feature} ${item.model} > ${key}.pkl
    deps:
    - train.sh
    params:
    - ../config.toml:
      - optim.lr
    outs:
    - ${key}.pkl
""",
    "config.toml": 'features = ["f1", "f2"]\n[optim]\nlr = 1e-3\n',
    "work/train.sh": "echo $*\n",
}
EIGHT = {
    "dvc.yaml": """\
stages:
  fetch: {cmd: "cp source.csv raw.csv", deps: [source.csv], outs: [raw.csv]}
  clean: {cmd: "sort raw.csv > clean.csv", deps: [raw.csv], params: [clean], outs: [clean.csv]}
  split:
    cmd:
    - mkdir -p split
    - head -n 2 clean.csv > split/train.csv
    - tail -n 2 clean.csv > split/test.csv
    deps: [clean.csv]
    params: [split.ratio]
    outs: [split]
  features:
    cmd: cp -r split features
    deps: [split]
    outs: [features]
  train:
    cmd: cat features/train.csv > model.bin; echo '[{"step":1,"loss":0.5}]' > loss.json
    deps: [features]
    params: [train, tune.json: [depth]]
    outs: [model.bin]
    plots: [{loss.json: {x: step, y: loss, template: simple}}]
  calibrate:
    cmd: echo more >> calibration.log && cp model.bin calibrated.bin
    deps: [model.bin]
    outs: [calibrated.bin, {calibration.log: {persist: true}}]
  evaluate:
    cmd: 'echo "acc: 0.90" > scores.yaml'
    deps: [calibrated.bin, features]
    metrics: [{scores.yaml: {cache: false}}]
    desc: how good it is
  report:
    cmd: cat scores.yaml > report.md
    deps: [scores.yaml]
    outs: [{report.md: {cache: false}}]
    always_changed: true
""",
    "params.yaml": "clean: {drop: [a, b], fill: null}\nsplit: {ratio: 0.2}\ntrain: {lr: 1e-3, amp: yes}\n",
    "tune.json": '{"depth": 3}',
    "source.csv": "3\n1\n2\n",
}
FOLDERS = {
    "dvc.yaml": "stages:\n  fetch: {cmd: cp source raw, deps: [source], outs: [raw]}\n",
    "models/v1.2/dvc.yaml": """\
stages:
  train:
    cmd: cat ../../raw > model; echo ${rate} >> model; echo $DVC_STAGE > stage
    deps: [../../raw]
    params: [rate]
    outs: [model, stage]
""",
    "models/v1.2/params.yaml": "rate: 0.5\n",
    "source": "words\n",
}
CALLS = {
    "folders": "/fetch → /models/v1.2:train",
    "get-started": "/prepare → /featurize → /train → /evaluate",
    "foreach": "/cleanups@raw1; /cleanups@labels1; /build@us; /build@uk",
    "matrix": "/train@cnn-f1; /train@cnn-f2; /train@xgb-f1; /train@xgb-f2",
    "eight": "/fetch → /clean → /split → /features → /train → /calibrate → /evaluate → /report",
}
FILES = {
    "get-started": GET_STARTED,
    "foreach": FOREACH,
    "matrix": MATRIX,
    "eight": EIGHT,
    "folders": FOLDERS,
}
TRACKED = {"get-started": "data/data.xml"}
STAGES = {"get-started": 4, "foreach": 4, "matrix": 4, "eight": 8, "folders": 2}
ALWAYS = {"eight": ["report"]}


EACH = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in {"get-started", "eight"} else [])
        for name in FILES
    ],
)


class Dvc(Protocol):
    environment: Mapping[str, str]

    def repro(self, root: Path) -> list[str]: ...
    def run(self, folder: Path, *words: str) -> str: ...


LayOut = Callable[[str], Path]


@pytest.fixture
def project(
    dvc: Dvc, lay_out: Callable[..., Path], files_of: Callable[[Mapping[str, str]], object]
) -> LayOut:
    """Lay out a project as a person has it: committed, with data that DVC tracks."""

    def make(name: str) -> Path:
        root = lay_out(files_of(FILES[name]))
        if name in TRACKED:
            dvc.run(root, "add", "-q", TRACKED[name])
        git(dvc, root, "add", "-A")
        git(dvc, root, "commit", "-qm", "a project")
        return root

    return make


def git(dvc: Dvc, root: Path, *words: str) -> str:
    """Run git, or `git wf`, and return what it printed."""
    people = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
    }
    done = subprocess.run(
        ["git", *words],
        cwd=root,
        env={**os.environ, **dvc.environment, **people},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def add_workflow(dvc: Dvc, root: Path, name: str) -> None:
    """Take `git wf` into use in a project."""
    git(dvc, root, "wf", "init")
    (root / "workflows").mkdir(exist_ok=True)
    (root / "workflows" / "all.wf").write_text(f"{CALLS[name]}\n", encoding="utf-8")
    git(dvc, root, "add", "-A")
    git(dvc, root, "commit", "-qm", "a workflow")


def run(dvc: Dvc, root: Path) -> str:
    """Run the workflow, bring its outs into the working tree, and return the last line said."""
    said = git(dvc, root, "wf", "run", "workflows/all.wf")
    run_id = said.split(": run ")[1].split()[0]
    git(dvc, root, "wf", "checkout", run_id)
    return said.strip().splitlines()[-1].rpartition(" s, ")[2]


@EACH
def test_dvc_has_nothing_to_run_after_us(dvc: Dvc, project: LayOut, name: str) -> None:
    theirs, ours = project(name), project(name)
    dvc.repro(theirs)
    add_workflow(dvc, ours, name)
    assert run(dvc, ours) == f"{STAGES[name]} executed, 0 restored"
    assert dvc.repro(ours) == ALWAYS.get(name, [])
    assert locks(ours) == locks(theirs)
    metrics = ("metrics", "show", "--json")
    assert dvc.run(ours, *metrics) == dvc.run(theirs, *metrics)


def locks(root: Path) -> dict[str, str]:
    """Return the text of each `dvc.lock`, by path."""
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("dvc.lock")}


@EACH
def test_we_have_nothing_to_run_after_dvc(dvc: Dvc, project: LayOut, name: str) -> None:
    root = project(name)
    dvc.repro(root)
    git(dvc, root, "add", "-A")
    git(dvc, root, "commit", "-qm", "results")
    add_workflow(dvc, root, name)
    assert git(dvc, root, "status", "--short") == ""
    always = len(ALWAYS.get(name, []))
    assert run(dvc, root) == f"{always} executed, {STAGES[name] - always} restored"


def test_taking_it_into_use_changes_nothing_of_the_project(dvc: Dvc, project: LayOut) -> None:
    root = project("get-started")
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and ".git" not in p.parts}
    git(dvc, root, "wf", "init")
    assert {path: path.read_bytes() for path in before} == before
    (root / "workflows" / "all.wf").parent.mkdir(exist_ok=True)
    (root / "workflows" / "all.wf").write_text("/prepare\n")
    git(dvc, root, "wf", "validate")


def test_a_dvc_project_in_a_subfolder(dvc: Dvc, project: LayOut) -> None:
    root = project("folders")
    (root / "own").mkdir()
    dvc.run(root / "own", "init", "-q", "--subdir")
    for name in ("dvc.yaml", "source"):
        (root / "own" / name).write_text(FOLDERS[name])
    add_workflow(dvc, root, "folders")
    (root / "workflows" / "all.wf").write_text("/own:fetch\n")
    git(dvc, root, "commit", "-qam", "another workflow")
    assert run(dvc, root) == "1 executed, 0 restored"
    assert run(dvc, root) == "0 executed, 1 restored"
    assert dvc.repro(root / "own") == []
    assert (root / "own" / "raw").read_text() == "words\n"
    assert not (root / "dvc.lock").exists()
