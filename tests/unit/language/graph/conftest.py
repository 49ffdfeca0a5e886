"""Workflows to draw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.program import Program, load

PREAMBLE = """\
define:/train sigma
  ↳ run    → python3 train.py $sigma
  ↳ outs   → models/${sigma}.joblib
  ↳ target → ssh:box
define:/deploy
  ↳ run    → ./deploy.sh
  ↳ effect → production
"""


@pytest.fixture
def program() -> Callable[[str], Program]:
    """Load a workflow that may use the commands of the preamble."""

    def make(text: str) -> Program:
        return load("main.wf", {"main.wf": f"use:lib.wf\n{text}", "lib.wf": PREAMBLE}.get)

    return make
