"""An installed hook stops a bad commit and lets a good one pass.

The hooks are those of `.pre-commit-hooks.yaml`, as they stand there, but for the language: a
system hook calls the installed program, where a repository's hook builds an environment first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from tests.compat.pre_commit.conftest import Committer

TRAIN = "define:/train\n  ↳ run  → python3 train.py\n  ↳ outs → model.joblib\n/train\n"
STAGE = "stages:\n  train:\n    cmd: python3 train.py{}\n    outs:\n    - model.joblib\n"


@pytest.fixture
def careful(committer: Committer, project: Path) -> Committer:
    """Somebody with all hooks installed."""
    hooks = yaml.safe_load((project / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    local = [hook | {"language": "system"} for hook in hooks]
    committer.install(yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]}))
    return committer


def test_a_good_commit_passes(careful: Committer) -> None:
    assert careful.commit({"main.wf": "/echo hello\n"})[0] == 0


def test_a_bad_commit_is_stopped(careful: Committer) -> None:
    status, said = careful.commit({"main.wf": "/echo hello\n/ecko hello\n"})
    assert status == 1
    assert "main.wf:2:1: WF202 unknown command `/ecko`\n  2 | /ecko hello\n" in said
    assert careful.commit({"main.wf": "/echo hello\n"})[0] == 0


def test_a_workflow_with_a_nul_is_seen(careful: Committer) -> None:
    status, said = careful.commit({"main.wf": b"/echo \x00\n"})
    assert status == 1
    assert "main.wf:1:7: WF101 character U+0000 is not allowed\n" in said


def test_a_setting_that_breaks_a_workflow_is_stopped(careful: Committer) -> None:
    deploy = "define:/deploy\n  ↳ run    → true\n  ↳ effect → staging\n/deploy\n"
    assert careful.commit({"main.wf": deploy})[0] == 0
    status, said = careful.commit({"wf.toml": "[env.production]\n"})
    assert status == 1
    assert "main.wf:3:14: WF207 unknown environment `staging`\n" in said


def test_a_stage_that_disagrees_is_stopped(careful: Committer) -> None:
    files: dict[str, str | bytes] = {"main.wf": TRAIN, "dvc.yaml": STAGE.format("")}
    assert careful.commit(files)[0] == 0
    status, said = careful.commit({"dvc.yaml": STAGE.format(" --fast")})
    assert status == 1
    assert "dvc.yaml: stage `train` disagrees with its definition\n" in said


def test_a_workflow_is_brought_into_its_form(careful: Committer) -> None:
    status, said = careful.commit({"main.wf": "/echo  a->/echo b\n"})
    assert status == 1
    assert "files were modified by this hook" in said
    assert (careful.folder.path / "main.wf").read_text("utf-8") == "/echo a → /echo b\n"
    assert careful.commit({})[0] == 0


def test_what_is_no_workflow_is_not_looked_at(careful: Committer) -> None:
    status, said = careful.commit({"notes.txt": "/ecko\n"})
    assert status == 0
    assert said.count("(no files to check)Skipped") == len(said.splitlines())
