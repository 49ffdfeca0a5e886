"""What a commit would do says where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

WORKFLOW = """\
on:commit
define:/there
  ↳ run    → true
  ↳ target → ssh:box
define:/anywhere
  ↳ run → true
/there
/anywhere
target:ssh:box → /anywhere
target:local → /there
"""


def test_where_each_command_would_run(remote: Project) -> None:
    remote.commit({"workflows/main.wf": WORKFLOW})
    text = remote.done("plan", "--json")
    targets = [call["target"] for call in _calls(json.loads(text))]
    assert targets == ["ssh:box", "local", "ssh:box", "local"]


def _calls(node: object) -> list[dict[str, str]]:
    """Return the objects in ``node`` that have a target."""
    if isinstance(node, dict):
        here = [node] if "target" in node else []
        return here + [call for inner in node.values() for call in _calls(inner)]
    return [call for inner in node for call in _calls(inner)] if isinstance(node, list) else []
