"""Plans of workflows in small projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gitwf.data.facts import FileFacts, TreeFiles
from gitwf.language.program import load
from gitwf.plan.plan import Plan, plan

MakePlan = Callable[..., Plan]


@pytest.fixture
def make_plan(tmp_path: Path) -> MakePlan:
    """Plan the workflow `main.wf` of a project that consists of ``files``; None is no file.

    The name of a script of `commands/` makes it executable.
    """

    def make(files: Mapping[str, str | None], settings: Mapping[str, str] | None = None) -> Plan:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text)
                path.chmod(0o755 if name.startswith("commands/") else 0o644)
        facts = FileFacts(TreeFiles(tmp_path))
        program = load("main.wf", facts.text)
        assert not program.diagnostics
        return plan(program, facts, settings or {})

    return make
