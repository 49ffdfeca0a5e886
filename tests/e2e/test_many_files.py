"""A repository of many files: the next run begins with the files that the last one left, and sees nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

MANY: dict[str, str | bytes] = {f"many/{n}-{'x' * 200}": f"{n}\n" for n in range(300)}
SOILS = """\
define:/look
  ↳ run → git status --porcelain && cat params.yaml; find . -name model -o -name '*.log'

define:/soil
  ↳ run → echo 'rate: 9' > params.yaml; rm -r many; mkdir out; touch out/model ignored.log; chmod 500 .

/look
/soil
"""


def spare(project: Project) -> bool:
    return (project.path / ".git/wf/spare").exists()


def test_it_sees_nothing_of_it(ready: Project) -> None:
    files = MANY | {"params.yaml": "rate: 1\n", ".gitignore": "*.log\n", "main.wf": SOILS}
    ready.commit(files)
    for rate in (1, 1, 2):
        ready.commit({"params.yaml": f"rate: {rate}\n"})
        ready.done("run", "main.wf")
        assert ready.done("logs", "latest", "3") == f"rate: {rate}\n"
        assert spare(ready)
    worktrees = ready.git("worktree", "list", "--porcelain").split("\n\n")
    assert len(worktrees) == 1, "git has nothing to tell of it"
    assert ready.done("fsck") == ""
    assert "1 workspace\n" in ready.wf("gc").err
    assert not spare(ready)
    ready.done("run", "main.wf")
    assert ready.done("logs", "latest", "3") == "rate: 2\n"
