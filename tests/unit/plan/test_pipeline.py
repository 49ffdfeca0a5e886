"""Which stages `/dvc:repro` plays, and in which order."""

from __future__ import annotations

import pytest

from gitwf.plan.pipeline import PipelineError, pipeline
from gitwf.plan.stage import Out, Stage


def stage(name: str, deps: str = "", outs: str = "", folder: str = ".", params: str = "") -> Stage:
    return Stage(
        name,
        "x",
        wdir=folder,
        folder=folder,
        deps=tuple(deps.split()),
        outs=tuple(Out(path) for path in outs.split()),
        params=dict.fromkeys(params.split()),
    )


KNOWN: dict[str, Stage | str] = {
    "evaluate": stage("evaluate", "model.bin data/test.csv", "scores.json"),
    "train": stage("train", "data", "model.bin", params="made.yaml"),
    "split": stage("split", "raw.csv", "data/train.csv data/test.csv"),
    "tune": stage("tune", "raw.csv", "made.yaml"),
    "alone": stage("alone", "", "alone.txt"),
    "each": "it stands for several",
    "each@1": stage("each@1", "model.bin", "each/1"),
    "each@2": stage("each@2", "model.bin", "each/2"),
    "models/v2:fit": stage("fit", "../../data/train.csv", "out", folder="models/v2"),
    "all": stage("all", "each models/v2/out/part", "all.txt"),
    "refused": "it has external deps",
}
CASES = {
    "one": ("alone", "alone"),
    "what it needs": ("train", "split tune train"),
    "a file of a folder": ("models/v2:fit", "split models/v2:fit"),
    "a group": ("each", "split tune train each@1 each@2"),
    "a folder of outs, and a file of an out": (
        "all",
        "split tune models/v2:fit train each@1 each@2 all",
    ),
    "several": ("alone evaluate", "alone split tune train evaluate"),
    "what cannot be played": ("refused", "refused"),
}


@pytest.mark.parametrize("case", CASES)
def test_order(case: str) -> None:
    targets, order = CASES[case]
    assert pipeline(KNOWN, tuple(targets.split())) == tuple(order.split())


def test_without_targets_all_of_the_file_on_top_with_what_they_need() -> None:
    names = pipeline(KNOWN, ())
    assert set(names) == KNOWN.keys() - {"each"}
    assert names.index("models/v2:fit") < names.index("all")


def test_a_long_chain_is_no_trouble() -> None:
    chain = {f"s{n}": stage(f"s{n}", f"{n}", f"{n + 1}") for n in range(3000)}
    assert pipeline(dict(reversed(chain.items())), ("s2999",)) == tuple(chain)


REFUSED: dict[str, tuple[dict[str, Stage | str], tuple[str, ...], str]] = {
    "none": ({}, (), "there are no stages in `dvc.yaml`"),
    "another": (KNOWN, ("trian",), "there is no stage `trian` in `dvc.yaml`"),
    "a circle": (
        {"a": stage("a", "2", "1"), "b": stage("b", "1", "2")},
        ("a",),
        "stages need one another: `a` → `b` → `a`",
    ),
    "itself": (
        {"a": stage("a", "1", "1")},
        (),
        "stages need one another: `a` → `a`",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_none(case: str) -> None:
    known, targets, message = REFUSED[case]
    with pytest.raises(PipelineError) as caught:
        pipeline(known, targets)
    assert str(caught.value) == message
