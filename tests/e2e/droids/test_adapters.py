"""The adapters that are known by name, with programs of their names that stand in for the real ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.e2e.droids.conftest import AGENT

if TYPE_CHECKING:
    from tests.e2e.droids.conftest import Desk, Step

    from gitwf.records.fold import RunRecord

    Steps = Callable[[RunRecord], list[Step]]

NOTHING = "it ended well and did nothing: there is no commit, and no file changed"


@pytest.mark.parametrize(
    ("adapter", "mode", "error", "files", "session"),
    [
        pytest.param("claude", "both", None, ["feature.py", "notes.txt"], "3f0c", id="claude"),
        pytest.param("claude", "nothing", NOTHING, [], "3f0c", id="claude-does-nothing"),
        pytest.param("droid", "dirt", None, ["feature.py", "train.py"], "3f0c", id="droid"),
        pytest.param(
            "codex", "edits", None, [".aider.chat.history.md", "feature.py"], "t1", id="codex"
        ),
        pytest.param(
            "codex",
            "commits",
            "it printed no event of a turn that ended",
            [],
            None,
            id="codex-prints-something-else",
        ),
        pytest.param("aider", "edits", None, ["feature.py"], None, id="aider-and-its-diary"),
        pytest.param("aider", "gossips", NOTHING, [], None, id="aider-does-nothing"),
    ],
)
def test_ready_adapters(
    desk: Desk,
    steps: Steps,
    adapter: str,
    mode: str,
    error: str | None,
    files: list[str],
    session: str | None,
) -> None:
    programs = desk.ledger.with_name("programs")
    programs.mkdir()
    words = f'"{sys.executable}" "{AGENT}" prompt --ledger "{desk.ledger}" --mode {mode}'
    (programs / adapter).write_text(f'#!/bin/sh\nexec {words} -- "$@"\n')
    (programs / adapter).chmod(0o755)
    desk.environment["PATH"] = f"{programs}{os.pathsep}{desk.environment['PATH']}"

    record = desk("droid:coder → /work\n", f'[droid.coder]\nadapter = "{adapter}"\n')

    (step,) = steps(record)
    assert step.error == (error and f"`droid:coder`: {error}")
    assert step.result.get("files", []) == files
    assert (step.about["program"], step.about["session"]) == (adapter, session)
    desk.check_clean()
