from __future__ import annotations

import pytest

from gitwf.data.ownstages import OwnStages
from gitwf.plan.stage import Stage

FILES = {
    "dvc.yaml": "stages: {top: {cmd: 'echo ${p}'}}",
    "params.yaml": "p: 1",
    "lib/dvc.yaml": "stages: {s: {cmd: 'echo ${p}', wdir: work}}",
    "lib/params.yaml": "p: 2",
    ".dvc/config": "",
    "own/.dvc/config": "[parsing]\n    bool = boolean_optional\n",
    "own/dvc.yaml": "vars: [f: {x: false}]\nstages: {s: {cmd: 'echo ${f}'}}",
    "own/deep/dvc.yaml": "vars: [../params.yaml]\nstages: {s: {cmd: 'echo ${p}', wdir: ..}}",
    "own/params.yaml": "p: 3",
    "../dvc.yaml": "stages: {s: {cmd: out}}",
}


@pytest.mark.parametrize(
    ("folder", "stage"),
    [
        (".", Stage("top", "echo 1")),
        ("lib", Stage("s", "echo 2", "lib/work", folder="lib")),
        ("own", Stage("s", "echo --no-x", root="own")),
        ("own/deep", Stage("s", "echo 3", root="own", folder="deep")),
    ],
)
def test_stages_know_where_they_are(folder: str, stage: Stage) -> None:
    own = OwnStages(FILES.get, FILES.__contains__)
    assert own.of(folder) == {stage.name: stage}


@pytest.mark.parametrize("folder", ["none", "..", "lib/../..", "/"])
def test_a_folder_without_a_dvc_yaml_has_none(folder: str) -> None:
    assert OwnStages(FILES.get, FILES.__contains__).of(folder) == {}


def test_a_stage_says_where_its_files_are() -> None:
    stage = Stage("s", "x", wdir="deep/work", root="own", folder="deep")
    assert (stage.place, stage.beside("dvc.lock")) == ("own/deep/work", "own/deep/dvc.lock")
    assert (Stage("s", "x").place, Stage("s", "x").beside("dvc.lock")) == (".", "dvc.lock")
