"""`setup`: what makes a machine ready runs once, until it or a file that it names changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box

WORKFLOW = """\
define:/use n
  ↳ run    → cat "$$HOME/installed"
  ↳ target → ssh:box

fork:3 → /use 1 & /use 2 & /use 3
"""

SETUP = 'sleep 0.5; echo "set up" >> "$LEDGER"; cp requirements.txt "$HOME/installed"'


@pytest.fixture
def ready(ready: Project, box: Box) -> Project:
    """A repository whose machine has to be set up."""
    box.server.restart(LEDGER=os.environ["LEDGER"])
    with (ready.path / "wf.toml").open("a") as file:
        file.write(box.table(setup=SETUP))
    return ready


def test_once_for_all_that_need_it(ready: Project) -> None:
    ready.commit({"workflows/main.wf": WORKFLOW, "requirements.txt": "numpy\n"})
    ready.done("run", "workflows/main.wf")
    ready.done("run", "workflows/main.wf")
    assert ready.ledger() == ["set up"]
    assert ready.done("logs", ready.log()[0].run).count("numpy") == 3
    ready.commit({"other.txt": "not named\n"})
    ready.done("run", "workflows/main.wf")
    assert ready.ledger() == ["set up"]
    ready.commit({"requirements.txt": "torch\n"})
    ready.done("run", "workflows/main.wf")
    assert ready.ledger() == ["set up", "set up"]
    assert ready.done("logs", ready.log()[0].run).count("torch") == 3


def test_one_that_fails_is_shown_and_run_again(ready: Project) -> None:
    ready.commit({"workflows/main.wf": WORKFLOW})
    failed = ready.wf("run", "workflows/main.wf")
    assert failed.status == 1
    message = (
        "`/use` could not be started: the `setup` of `box` failed with 1: "
        "cp: cannot stat 'requirements.txt': No such file or directory"
    )
    assert message in failed.err
    assert "cannot stat" in ready.done("logs", ready.log()[0].run)
    ready.commit({"requirements.txt": "numpy\n"})
    ready.done("run", "workflows/main.wf")
