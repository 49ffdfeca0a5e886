"""The agents of `workflows/agents` do what their README says, played by a program that stands in for one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from tests.e2e.droids.conftest import AGENT

from gitwf.app.run import RunOptions, prospect
from gitwf.app.session import Session

if TYPE_CHECKING:
    from tests.e2e.droids.conftest import Desk, Step

    from gitwf.records.fold import RunRecord

    Steps = Callable[[RunRecord], list[Step]]

EXAMPLE = Path(__file__).parents[3] / "workflows" / "agents"
"""Where the example is."""


def test_both_agents_are_merged_in_the_order_of_the_file(desk: Desk, steps: Steps) -> None:
    shutil.copytree(EXAMPLE, desk.path, dirs_exist_ok=True)
    settings = (desk.path / "wf.toml").read_text()
    assert settings.endswith('[droid.performance-engineer]\ntimeout = "10m"\n')
    faked = (
        f"{settings}{_command(desk, 'speed')}[droid.feature-developer]\n{_command(desk, 'feature')}"
    )
    desk.folder.write({"wf.toml": faked})
    desk.folder.commit({}, "Begin")
    session = Session(desk.path, desk.environment)
    desk.prospect = prospect(session, session.clone(), "workflows/improve.wf", RunOptions())

    record = desk.again()

    assert [step.error for step in steps(record)] == [None, None]
    assert desk.folder.git("log", "--reverse", "--format=%an: %s", "main").splitlines() == [
        "Ada: Begin",
        "feature-developer: feature-developer: /implement_new_features ideas.md",
        "performance-engineer: performance-engineer: /optimize_inference slugs.py",
    ]
    desk.check_clean()


def _command(desk: Desk, mode: str) -> str:
    """Return the line of `wf.toml` that has the fake agent called."""
    words = [sys.executable, str(AGENT), "{prompt}", "--ledger", str(desk.ledger), "--mode", mode]
    return f"command = {msgspec.json.encode([*words, ['--turns', '{turns}']]).decode()}\n"
