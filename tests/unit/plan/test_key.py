"""What is in a run's key, and what is not (records.md, section 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.language.paramword import split_param
from gitwf.plan.key import Input, run_key
from gitwf.plan.plan import Plan

MakePlan = Callable[..., Plan]
Files = Mapping[str, str | None]

WORKFLOW = """\
define:/prepare
  ↳ run  → python3 prepare.py
  ↳ deps → raw.csv
  ↳ outs → data/train.csv

define:/train lr=0.1
  ↳ run     → python3 src/train.py --lr $lr --config=conf.json
  ↳ deps    → data/train.csv labels.csv
  ↳ params  → train.epochs model.yaml:
  ↳ metrics → metrics/${lr}.json

/prepare
/train 0.1
/tidy
if:exists("x") → /echo ${read("limits.json")}
"""

PROJECT: Files = {
    "main.wf": WORKFLOW,
    "prepare.py": "1",
    "raw.csv": "1",
    "src/train.py": "1",
    "conf.json": "1",
    "labels.csv.dvc": "outs:\n- md5: a\n  path: labels.csv\n",
    "params.yaml": "train: {epochs: 1}\nother: 1\n",
    "model.yaml": "depth: 1\n",
    "limits.json": "1",
    "commands/tidy.sh": "#!/bin/sh\n",
    "commands/unused.sh": "#!/bin/sh\n",
    "README.md": "1",
}

COUNTS: dict[str, Files] = {
    "a word of the workflow": {"main.wf": WORKFLOW.replace("/train 0.1", "/train 0.2")},
    "the spelling of a number": {"main.wf": WORKFLOW.replace("/train 0.1", "/train 0.10")},
    "the text of a run line": {"main.wf": WORKFLOW.replace("prepare.py\n", "prepare.py -v\n")},
    "a dep": {"raw.csv": "2"},
    "a dep that is gone": {"raw.csv": None},
    "a dep that DVC tracks": {"labels.csv.dvc": "outs:\n- md5: b\n  path: labels.csv\n"},
    "a word of a run line": {"src/train.py": "2"},
    "a word after an equals sign": {"conf.json": "2"},
    "a parameter of a stage": {"params.yaml": "train: {epochs: 2}\nother: 1\n"},
    "a whole file of parameters": {"model.yaml": "depth: 2\n"},
    "a literal `read()`": {"limits.json": "2"},
    "a script that is called": {"commands/tidy.sh": "#!/bin/sh\ntrue\n"},
}

COUNTS_NOT: dict[str, Files] = {
    "a comment": {"main.wf": f"# new\n{WORKFLOW}"},
    "layout": {"main.wf": WORKFLOW.replace("  ↳ run     →", "    =>  run ->")},
    "a parameter that no stage names": {"params.yaml": "train: {epochs: 1}\nother: 2\n"},
    "the layout of parameters": {"params.yaml": "other: 1\ntrain:\n  epochs: 1\n"},
    "an out of the same run": {"data/train.csv": "2"},
    "a script that is not called": {"commands/unused.sh": "#!/bin/sh\ntrue\n"},
    "a file that nothing names": {"README.md": "2"},
    "the run's own `dvc.lock`": {"dvc.lock": "schema: '2.0'\nstages: {}\n"},
}


@pytest.mark.parametrize("change", COUNTS.values(), ids=COUNTS)
def test_the_key_changes_with(make_plan: MakePlan, change: Files) -> None:
    assert make_plan(PROJECT).key != make_plan({**PROJECT, **change}).key


@pytest.mark.parametrize("change", COUNTS_NOT.values(), ids=COUNTS_NOT)
def test_the_key_does_not_change_with(make_plan: MakePlan, change: Files) -> None:
    assert make_plan(PROJECT).key == make_plan({**PROJECT, **change}).key


def test_what_was_set_on_the_command_line_counts(make_plan: MakePlan) -> None:
    keys = {make_plan(PROJECT, given).key for given in ({}, {"x": "1"}, {"x": '"1"'}, {"y": "1"})}
    assert len(keys) == 4


def test_going_back_gives_back_the_key(make_plan: MakePlan) -> None:
    before = make_plan(PROJECT).key
    assert make_plan({"raw.csv": "2"}).key != before
    assert make_plan({"raw.csv": "1"}).key == before


def _inputs(plan: Plan, kind: str) -> set[str]:
    return {i.name for i in plan.inputs if i.kind == kind}


DEPS: dict[str, tuple[str, Files, set[str]]] = {
    "a value is a glob": ("data/${x}.csv", {"data/a.csv": "1", "data/b.txt": "1"}, {"data/a.csv"}),
    "a value may hold a folder": ("data/$x", {"data/a/b.csv": "1"}, {"data/a/b.csv"}),
    "a value in the name of a folder": (
        "data/$x/raw",
        {"data/a/raw/1.csv": "1", "data/a/new/1.csv": "1"},
        {"data/a/raw/1.csv"},
    ),
    "a glob finds what DVC tracks": (
        "data/${x}.csv",
        {"data/a.csv.dvc": "outs: []\n"},
        {"data/a.csv.dvc"},
    ),
    "a glob in a folder that DVC tracks": ("data/${x}.csv", {"data.dvc": "outs: []\n"}, {"data"}),
    "a file in a folder that DVC tracks": ("data/a.csv", {"data.dvc": "o: 1\n"}, {"data/a.csv"}),
    "a folder": ("src", {"src/a.py": "1"}, {"src"}),
    "a folder with an out of the run in it": (
        "made",
        {"made/by_hand.csv": "1", "made/out.csv": "1"},
        {"made/by_hand.csv"},
    ),
    "an out of the run": ("made/out.csv", {"made/out.csv": "1"}, set()),
    "a file in an out of the run": ("folder/a/b", {"folder/a/b": "1"}, set()),
    "a path with dots": ("./src/../a.csv", {"a.csv": "1"}, {"a.csv"}),
    "what is not there is named": ("nowhere.csv", {}, {"nowhere.csv"}),
}


@pytest.mark.parametrize(("dep", "files", "expected"), DEPS.values(), ids=DEPS)
def test_a_dep(make_plan: MakePlan, dep: str, files: Files, expected: set[str]) -> None:
    workflow = f"""\
define:/make
  ↳ run  → make
  ↳ outs → made/out.csv folder/a
define:/use x
  ↳ run  → use
  ↳ deps → {dep}
/make
/use 1
"""
    plan = make_plan({"main.wf": workflow, **files})
    assert _inputs(plan, "dep") == expected


def test_a_glob_of_outs_of_the_run_is_no_input(make_plan: MakePlan) -> None:
    workflow = """\
define:/train x
  ↳ run  → train $x
  ↳ outs → models/${x}.bin
define:/test x
  ↳ run  → test $x
  ↳ deps → models/${x}.bin
/train 1 && /test 1
"""
    plan = make_plan({"main.wf": workflow, "models/1.bin": "left over"})
    assert _inputs(plan, "dep") == set()


def test_paths_of_a_definition_are_below_its_wdir(make_plan: MakePlan) -> None:
    workflow = """\
define:/train
  ↳ wdir   → src
  ↳ run    → python3 train.py
  ↳ deps   → ../data.csv
  ↳ params → train.yaml:lr
/train
"""
    files = {"src/train.py": "1", "data.csv": "1", "src/train.yaml": "lr: 1\n"}
    plan = make_plan({"main.wf": workflow, **files})
    named = [(i.kind, i.name) for i in plan.inputs]
    assert named == [
        ("dep", "data.csv"),
        ("params", "src/train.yaml:lr"),
        ("word", "src/train.py"),
        ("workflow", "main.wf"),
    ]


@pytest.mark.parametrize(
    "place",
    [
        "/echo $params.x",
        "define:/a\n  ↳ run → echo ${params.x}\n/a",
        "define:/a n=${params.x}\n  ↳ run → echo $n\n/a",
    ],
    ids=["an argument", "a run line", "a default"],
)
def test_the_parameters_of_the_workflow_count_where_it_uses_them(
    make_plan: MakePlan, place: str
) -> None:
    text = place.replace("$params.x", "${params.x}")
    files = {"main.wf": f"{text}\n", "params.yaml": "x: 1\n"}
    assert _inputs(make_plan(files), "file") == {"params.yaml"}


def test_a_read_in_a_run_line_counts(make_plan: MakePlan) -> None:
    workflow = 'define:/a\n  ↳ run → echo ${read("./conf.json")}\n/a\n'
    plan = make_plan({"main.wf": workflow, "conf.json": "1"})
    assert _inputs(plan, "file") == {"conf.json"}


def test_a_read_of_what_the_run_writes_is_no_input(make_plan: MakePlan) -> None:
    workflow = """\
define:/train
  ↳ run              → train
  ↳ metrics_no_cache → metrics.json
/train
/echo ${read("metrics.json")}
"""
    plan = make_plan({"main.wf": workflow, "metrics.json": "{}"})
    assert _inputs(plan, "file") == set()


def test_a_definition_that_is_not_called_brings_no_inputs(make_plan: MakePlan) -> None:
    workflow = "define:/a\n  ↳ run  → echo ${params}\n  ↳ deps → x.csv\n/echo hi\n"
    plan = make_plan({"main.wf": workflow, "x.csv": "1", "params.yaml": "x: 1\n"})
    assert {i.kind for i in plan.inputs} == {"workflow"}


def test_used_files_count_as_trees(make_plan: MakePlan) -> None:
    files = {"main.wf": "use:lib.wf\n/a\n", "lib.wf": "define:/a\n  ↳ run → echo 1\n"}
    before = make_plan(files).key
    assert make_plan({"lib.wf": "# words\ndefine:/a\n => run -> echo 1\n"}).key == before
    assert make_plan({"lib.wf": "define:/a\n  ↳ run → echo 2\n"}).key != before


def test_a_stage_of_dvc_yaml_counts(make_plan: MakePlan) -> None:
    stage = "stages:\n  fit:\n    cmd: python fit.py\n    deps: [raw.csv]\n    outs: [m.bin]\n"
    files = {"main.wf": "/fit\n", "dvc.yaml": stage, "fit.py": "1", "raw.csv": "1"}
    before = make_plan(files)
    assert [(i.kind, i.name) for i in before.inputs] == [
        ("dep", "raw.csv"),
        ("stage", "fit"),
        ("word", "fit.py"),
        ("workflow", "main.wf"),
    ]
    assert make_plan({"dvc.yaml": f"# words\n{stage}"}).key == before.key
    assert make_plan({"dvc.yaml": stage.replace("fit.py", "fit.py -v")}).key != before.key


def test_an_out_of_another_pipeline_counts_by_its_hash(make_plan: MakePlan) -> None:
    workflow = "define:/a\n  ↳ run  → a\n  ↳ deps → other.bin\n/a\n"
    lock = (
        "schema: '2.0'\nstages:\n  x:\n    cmd: x\n    outs:\n"
        "    - {path: other.bin, hash: md5, md5: d41d8cd98f00b204e9800998ecf8427e, size: 0}\n"
    )
    plan = make_plan({"main.wf": workflow, "dvc.lock": lock})
    [dep] = [i for i in plan.inputs if i.kind == "dep"]
    assert dep.value is not None
    assert "d41d8cd98f00b204e9800998ecf8427e" in dep.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lr", ("params.yaml", ("lr",))),
        ("train.lr", ("params.yaml", ("train.lr",))),
        ("conf.json:lr", ("conf.json", ("lr",))),
        ("conf.json:", ("conf.json", None)),
    ],
)
def test_the_forms_of_params(text: str, expected: tuple[str, tuple[str, ...] | None]) -> None:
    assert split_param(text) == expected


_INPUTS = st.lists(
    st.builds(Input, st.sampled_from(["dep", "set"]), st.text(max_size=3), st.none() | st.text())
)


@given(_INPUTS, st.randoms(use_true_random=False))
def test_the_order_of_inputs_does_not_matter(inputs: list[Input], random: Random) -> None:
    shuffled = [*inputs, *inputs[:1]]
    random.shuffle(shuffled)
    assert run_key(shuffled) == run_key(inputs)


@given(st.sets(st.builds(Input, st.text(), st.text(), st.none() | st.text())), st.data())
def test_another_input_gives_another_key(inputs: set[Input], data: st.DataObject) -> None:
    other = data.draw(st.builds(Input, st.text(), st.text(), st.none() | st.text()))
    assert (run_key({*inputs, other}) == run_key(inputs)) == (other in inputs)


def test_what_a_run_line_writes_is_no_input(make_plan: MakePlan) -> None:
    workflow = "define:/make\n  ↳ run  → sh make.sh > model.bin\n  ↳ outs → model.bin\n/make\n"
    plan = make_plan({"main.wf": workflow, "make.sh": "1", "model.bin": "left over"})
    assert _inputs(plan, "word") == {"make.sh"}


def test_data_that_dvc_tracks_counts_by_its_pointer_where_it_is_in_place_too(
    make_plan: MakePlan,
) -> None:
    assert make_plan(PROJECT).key == make_plan({**PROJECT, "labels.csv": "a,b\n"}).key
