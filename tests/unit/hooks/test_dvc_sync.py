from __future__ import annotations

from typing import TYPE_CHECKING

from gitwf_hooks.dvc_sync import dvc_sync

if TYPE_CHECKING:
    import pytest
    from tests.conftest import Folder


WORKFLOW = "define:/train\n  ↳ run  → python3 train.py\n  ↳ outs → model.joblib\n/train\n"
STAGE = "stages:\n  train:\n    cmd: python3 train.py{}\n    outs:\n    - model.joblib\n"


def test_they_agree(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write({"main.wf": WORKFLOW, "dvc.yaml": STAGE.format("")})
    assert dvc_sync(folder.path) == 0
    assert capsys.readouterr().out == ""


def test_they_disagree(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write({"main.wf": WORKFLOW, "dvc.yaml": STAGE.format(" --fast")})
    assert dvc_sync(folder.path) == 1
    assert capsys.readouterr().out == (
        "dvc.yaml: stage `train` disagrees with its definition\n"
        "  `git wf sync` writes it; then `git add dvc.yaml`\n"
    )
    assert (folder.path / "dvc.yaml").read_text() == STAGE.format(" --fast")


def test_a_workflow_that_is_wrong(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write({"main.wf": "/ecko\n"})
    assert dvc_sync(folder.path) == 1
    assert capsys.readouterr().out.startswith("main.wf:1:1: WF202 unknown command `/ecko`\n")


def test_a_dvc_yaml_that_cannot_be_read(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write({"main.wf": WORKFLOW, "dvc.yaml": "stages: [\n"})
    assert dvc_sync(folder.path) == 1
    assert "`dvc.yaml` is no valid YAML" in capsys.readouterr().out
