"""The action and its examples, played by `act` on this machine; other actions are its own stand-ins."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.e2e.conftest import Done

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
EXAMPLES = re.findall(
    r"^```yaml\n(name:.*?)^```$", (ROOT / "docs/actions.md").read_text(), re.DOTALL | re.MULTILINE
)
_PUBLISHED = "OWNER/git-wf/.github/actions/wf@COMMIT"
TEMPLATE = ROOT / "controller/gitwf/app/templates/github-workflow.yml"


class Actions:
    """The project on a remote, with an example of the documents as its workflow for GitHub."""

    def __init__(self, project: Project, hub: Path, home: Path) -> None:
        self.project = project
        self.hub = hub
        self._home = home
        text = (ROOT / ".github/actions/wf/action.yml").read_text()
        assert text.count("    default: git-wf\n") == 1
        installed = text.replace("    default: git-wf\n", '    default: ""\n')
        project.folder.write({".github/actions/wf/action.yml": installed})

    def example(self, number: int, **changes: str) -> None:
        """Commit an example, with the action of this checkout and `git-wf` as it is here, and push it."""
        text = EXAMPLES[number].replace(_PUBLISHED, "./.github/actions/wf")
        for old, new in changes.items():
            text = text.replace(old, new)
        self.project.commit({".github/workflows/git-wf.yml": text}, "Let GitHub play")
        self.push()

    def push(self) -> None:
        self.project.git("push", "--quiet", "--set-upstream", "origin", "main")

    def act(self, event: str, payload: object = None) -> Done:
        """Have `act` play ``event``."""
        file = self._home / "event.json"
        file.write_text(json.dumps(payload or {}))
        words = ["act", event, "--no-cache-server", "-P", "ubuntu-latest=-self-hosted", "-e", file]
        done = subprocess.run(
            [str(w) for w in words],
            cwd=self.project.path,
            env=os.environ | {"XDG_CACHE_HOME": str(self._home / "cache")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=200,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def refs(self, prefix: str) -> list[str]:
        text = self.project.git("-C", str(self.hub), "for-each-ref", "--format=%(refname)", prefix)
        return text.splitlines()


@pytest.fixture
def actions(project: Project, make_folder: MakeFolder, tmp_path: Path) -> Actions:
    hub = make_folder("hub", "--bare")
    project.git("remote", "add", "origin", str(hub.path))
    project.commit({"wf.toml": '[controller]\nbranches = ["main"]\n'}, "Watch main")
    return Actions(project, hub.path, tmp_path)


def test_a_push_plays_and_the_records_are_in_the_remote(actions: Actions) -> None:
    actions.example(0)
    done = actions.act("push")
    assert done.status == 0, done
    assert actions.project.ledger() == ["train 0.9", "deploy"]
    assert len(actions.refs("refs/wf/runs/")) == 1
    assert actions.refs("refs/notes/wf") == ["refs/notes/wf"]
    assert actions.refs("refs/wf/env/") == ["refs/wf/env/production"]
    assert '{"accuracy":0.9}' in done.out
    assert "### git wf: `workflows/main.wf` succeeded" in done.out
    assert "| `/train` | `succeeded` |" in done.out
    assert "| `accuracy` | `0.9` |" in done.out
    again = actions.act("push")
    assert again.status == 0
    assert actions.project.ledger() == ["train 0.9", "deploy"]
    assert "### git wf: nothing to do" in again.out


def test_a_broken_workflow_is_red_with_its_line(actions: Actions) -> None:
    actions.project.commit({"workflows/other.wf": "on:commit\n/nowhere\n"}, "Break it")
    actions.example(0)
    done = actions.act("push")
    assert done.status == 1
    said = "::error file=workflows/other.wf,line=2,endLine=2,col=1,endColumn=9,title=WF202::unknown command"
    assert said in done.out
    assert "`workflows/other.wf` was refused" in done.out
    assert actions.project.ledger() == ["train 0.9", "deploy"]
    again = actions.act("push")
    assert again.status == 1
    assert "::error title=git wf::main: workflows/other.wf was refused at " in again.out
    assert "### git wf: not done\n- main: workflows/other.wf was refused at " in again.out


def test_a_pull_request_is_planned_and_nothing_runs(actions: Actions) -> None:
    actions.example(1)
    base = actions.project.git("rev-parse", "HEAD")
    actions.project.git("checkout", "--quiet", "-b", "topic")
    actions.project.commit({"params.yaml": "rate: 0.8\n"}, "Lower the rate")
    payload = {"pull_request": {"base": {"ref": "main", "sha": base}, "number": 7}}
    done = actions.act("pull_request", payload)
    assert done.status == 0, done
    assert actions.project.ledger() == []
    assert actions.refs("refs/wf") == []
    assert "### git wf plan:" in done.out
    assert "| `workflows/main.wf` | " in done.out


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("pull_request_target", "pull_request_target hands out secrets"),
        ("issue_comment", "the event `issue_comment` says nothing about who caused it"),
    ],
)
def test_events_of_strangers_are_refused(actions: Actions, event: str, said: str) -> None:
    actions.example(1, **{"on: pull_request": f"on: {event}", "do: plan": "do: auto"})
    done = actions.act(event)
    assert done.status == 1
    assert said in done.out
    assert actions.project.ledger() == []


def job(actions: Actions, clone: Path, event: str, **pull: object) -> Done:
    """Do in ``clone`` what the action does for ``event``."""
    file = clone.parent / "payload.json"
    file.write_text(json.dumps({"pull_request": pull} if pull else {}))
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_OUTPUT": str(clone.parent / "outputs"),
    }
    return actions.project.wf("ci", cwd=clone, env=environment)


def test_a_shallow_clone_without_a_branch_is_enough(actions: Actions, tmp_path: Path) -> None:
    """As `actions/checkout` makes it: one commit, HEAD detached, and no records."""
    actions.push()
    actions.project.commit({"params.yaml": "rate: 0.8\n"}, "Lower the rate")
    actions.push()
    for number, played in ((1, ["train 0.8", "deploy"]), (2, ["train 0.8", "deploy"])):
        clone = tmp_path / f"runner-{number}"
        actions.project.git("clone", "--quiet", "--depth=1", f"file://{actions.hub}", str(clone))
        actions.project.git("-C", str(clone), "checkout", "--quiet", "--detach")
        done = job(actions, clone, "push")
        assert (done.status, actions.project.ledger()) == (0, played), done
    actions.project.git("checkout", "--quiet", "-b", "topic", "main~")
    actions.project.commit({"params.yaml": "rate: 0.7\n"}, "Another rate")
    actions.project.git("push", "--quiet", "origin", "topic")
    base = actions.project.git("rev-parse", "main")
    clone = tmp_path / "runner-3"
    options = ("--depth=1", "--branch=topic", f"file://{actions.hub}")
    actions.project.git("clone", "--quiet", *options, str(clone))
    done = job(actions, clone, "pull_request", base={"ref": "main", "sha": base})
    assert done.status == 0, done
    assert "status<<" in (tmp_path / "outputs").read_text()
    assert "planned" in (tmp_path / "outputs").read_text()
    assert actions.project.ledger() == ["train 0.8", "deploy"]


@pytest.mark.parametrize("kind", ["schema", "zizmor"])
def test_examples_workflows_and_the_action_are_clean(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    pinned = "OWNER/git-wf", "owner/git-wf"
    for number, text in enumerate(EXAMPLES):
        path = folder / f"example-{number}.yml"
        path.write_text(text.replace(*pinned).replace("@COMMIT", f"@{'0' * 40}"))
    shutil.copy(TEMPLATE, folder / "template.yml")
    workflows = [*folder.glob("*.yml"), *(ROOT / ".github/workflows").glob("*.yml")]
    action = ROOT / ".github/actions/wf/action.yml"
    assert len(workflows) >= 6
    if kind == "zizmor":
        _run("zizmor", "--offline", "--no-progress", action, *workflows)
    else:
        _run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
        _run("check-jsonschema", "--builtin-schema", "vendor.github-actions", action)


def _run(*words: str | Path) -> None:
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
