from __future__ import annotations

import pytest

from gitwf.data.dvcyaml import Refused, read_stages
from gitwf.data.errors import BrokenFileError
from gitwf.data.stagebody import body_of
from gitwf.plan.stage import Out, OutKind, Stage

FULL = """
vars: [other.yaml]
stages:
  train:
    desc: trains
    cmd: python train.py \\${HOME}
    wdir: src
    deps: [train.py, ../data]
    params: [lr, {other.yaml: [a, b]}, {whole.toml: }, {other.yaml: [c]}]
    outs: [model, {kept: {persist: true, push: false}}, {plain: {cache: false}}]
    metrics: [{m.json: {cache: false}}]
    plots: [{p.csv: {x: step, y: loss}}]
    meta: anything
plots: [p.csv]
"""
TRAIN = Stage(
    "train",
    "python train.py ${HOME}",
    "src",
    ("train.py", "../data"),
    {"params.yaml": ("lr",), "other.yaml": ("a", "b", "c"), "whole.toml": None},
    (
        Out("model"),
        Out("kept", persist=True, push=False),
        Out("plain", cache=False),
        Out("m.json", OutKind.METRIC, cache=False),
        Out("p.csv", OutKind.PLOT),
    ),
    "trains",
)


def test_all_of_a_stage_is_read() -> None:
    assert read_stages(FULL) == {"train": TRAIN}


def test_a_stage_is_written_as_dvc_writes_it() -> None:
    assert body_of(TRAIN) == {
        "desc": "trains",
        "cmd": "python train.py \\${HOME}",
        "wdir": "src",
        "deps": ["../data", "train.py"],
        "params": ["lr", {"other.yaml": ["a", "b", "c"]}, {"whole.toml": None}],
        "outs": [{"kept": {"persist": True, "push": False}}, "model", {"plain": {"cache": False}}],
        "metrics": [{"m.json": {"cache": False}}],
        "plots": ["p.csv"],
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "stages:\n", "plots: [a.csv]\n"])
def test_a_file_may_have_no_stages(text: str) -> None:
    assert read_stages(text) == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("cmd: a ${x}", "it uses templates"),
        ("frozen: 1\n    cmd: a", "its `frozen` is neither true nor false"),
        ("cmd: a\n    colour: red", "it has an unknown field `colour`"),
        ("cmd: {a: b}", "its `cmd` is no text and no list of texts"),
        ("deps: [a]", "its `cmd` is no text and no list of texts"),
        ("cmd: a\n    deps: b", "its `deps` are no list of paths"),
        ("cmd: a\n    params: b", "its `params` are no list"),
        ("cmd: a\n    params: [[b]]", "its `params` are no keys and no files"),
        ("cmd: a\n    outs: b", "its `outs` are no list"),
        ("cmd: a\n    outs: [1]", "its `outs` are no paths"),
        ("cmd: a\n    outs: [{b: {remote: r}}]", "its out `b` has `remote`"),
        ("cmd: a\n    outs: [{b: c}]", "its out `b` has no settings by name"),
        ("cmd: a\n    deps: [s3://b/c]", "`s3://b/c` is outside of the repository"),
        ("cmd: a\n    outs: [/tmp/b]", "`/tmp/b` is outside of the repository"),
        ("cmd: a\n    deps: [b]\n    outs: [./b]", "it names `./b` twice"),
    ],
)
def test_what_needs_dvc_itself_is_refused_by_name(body: str, reason: str) -> None:
    assert read_stages(f"stages:\n  x:\n    {body}\n  y:\n    cmd: b\n") == {
        "x": Refused(reason),
        "y": Stage("y", "b"),
    }


@pytest.mark.parametrize("text", ["- a\n", "stages: [a]\n", "a\n"])
def test_what_is_no_dvc_yaml_is_said(text: str) -> None:
    with pytest.raises(BrokenFileError) as caught:
        read_stages(text)
    assert str(caught.value) == "`dvc.yaml` does not hold stages by name"
