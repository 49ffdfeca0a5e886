"""`pre-commit try-repo` on this project: it is built, installed into a new environment, and run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.compat.pre_commit.conftest import Committer


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("workflow", "status", "said"),
    [
        pytest.param("/echo hello\n", 0, "Passed\n", id="good"),
        pytest.param("/ecko hello\n", 1, "main.wf:1:1: WF202 unknown command `/ecko`\n", id="bad"),
    ],
)
def test_the_hooks_of_this_repository(
    committer: Committer, project: Path, workflow: str, status: int, said: str
) -> None:
    committer.folder.write({"main.wf": workflow})
    committer.folder.git("add", "--all")
    done = committer.run("pre-commit", "try-repo", str(project), "--all-files", check=False)
    assert said in done.stdout
    assert done.returncode == status
