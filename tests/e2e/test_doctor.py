"""`git wf doctor`: settings that name what is not there, and secrets that this process lacks."""

from __future__ import annotations

import json

import pytest
from tests.e2e.conftest import Project

SECRETS = """\
[secrets]
TOK = "env:NOPE"
OWN = "env"
RING = "keyring:none-such"
[notify]
webhook = "CHAT_URL"
"""
USING = """\
define:/a
  ↳ run     → true
  ↳ secrets → MY_TOKEN CHAT_URL
/a
"""


def _found(project: Project, status: int, what: str) -> dict[str, list[object]]:
    found = json.loads(project.done("doctor", "--json", status=status))
    keys = ("sound", "doubtful", "found", "hint")
    return {one["what"]: [one[key] for key in keys] for one in found if what in one["what"]}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("orign", "`git remote add orign ADDRESS`"),
        (
            "https://x.org/y.git",
            "it takes a name: `git remote add origin https://x.org/y.git`, then `origin`",
        ),
    ],
)
def test_a_remote_that_is_not_there(project: Project, name: str, hint: str) -> None:
    project.commit({"wf.toml": f'[controller]\nremote = "{name}"\n'})
    message = f"there is no remote `{name}` here"
    assert _found(project, 1, "remote") == {
        "DVC remote": [
            True,
            False,
            "none",
            "`dvc remote add -d NAME URL`: what runs write is then pushed there",
        ],
        "[controller] remote": [False, False, message, hint],
    }
    done = project.wf("reconcile")
    assert (done.status, done.err) == (2, f"git-wf: {message}\n  {hint}\n")
    project.git("remote", "add", "origin", str(project.path))
    assert _found(project, 1, "[controller]") == {
        "[controller] remote": [False, False, message, "there is `origin`"]
    }


def test_secrets_that_are_not_set(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN", "hunter2")
    project.commit({"wf.toml": SECRETS, "workflows/using.wf": USING})
    there = "where the controller runs it has to be: "
    assert _found(project, 0, "secret") == {
        "secret `CHAT_URL`": [
            True,
            True,
            "not set here, and `[notify] webhook` and 1 more name it",
            f"{there}the variable `CHAT_URL` in its environment",
        ],
        "secret `MY_TOKEN`": [
            True,
            True,
            "not set here, and `workflows/using.wf` names it",
            f"{there}the variable `MY_TOKEN` in its environment",
        ],
        "secret `OWN`": [True, False, "is set here", None],
        "secret `RING`": [
            True,
            True,
            "not set here, and `[secrets]` names it",
            f"{there}the entry `RING` of `none-such` in its keyring",
        ],
        "secret `TOK`": [
            True,
            True,
            "not set here, and `[secrets]` names it",
            f"{there}the variable `NOPE` in its environment",
        ],
    }
    done = project.wf("doctor")
    assert (
        "??  secret `TOK`: not set here, and `[secrets]` names it\n"
        "    where the controller runs it has to be: the variable `NOPE` in its environment\n"
    ) in done.out
    assert "hunter2" not in done.out
    assert done.err.splitlines()[-1] == "4 doubts"
