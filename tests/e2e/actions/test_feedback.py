"""What a job says at GitHub, to a server that is held to GitHub's own description of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.github.server import BOT, READER, TOKEN

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Done, Project
    from tests.github.server import GitHub

CONTEXT = "git wf / workflows/main.wf"


@pytest.fixture
def hub(project: Project, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project on a remote."""
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    project.git("remote", "add", "origin", str(make_folder("hub", "--bare").path))
    project.commit({"wf.toml": '[controller]\nbranches = ["main"]\n'}, "Watch main")
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    return project


def job(hub: Project, github: GitHub, event: str, token: str = TOKEN, **pull: object) -> Done:
    """Do what the action does for ``event``."""
    place = hub.path.parent
    (place / "payload.json").write_text(json.dumps({"pull_request": pull} if pull else {}))
    return hub.wf(
        "ci",
        env={
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(place / "payload.json"),
            "GITHUB_STEP_SUMMARY": str(place / "summary"),
            "GITHUB_REPOSITORY": "ada/digits",
            "GITHUB_RUN_ID": "42",
            "GITHUB_API_URL": github.address,
            "GIT_WF_GITHUB_TOKEN": token,
        },
    )


def test_a_push_gives_its_commit_a_status(hub: Project, github: GitHub) -> None:
    assert job(hub, github, "push").status == 0
    [run] = hub.log()
    assert github.seen() == [
        ("pending", CONTEXT, f"run {run.run} goes on"),
        ("success", CONTEXT, f"succeeded: 2 executed, 0 restored (run {run.run})"),
    ]
    assert {s["sha"] for s in github.statuses} == {run.commit}
    assert {s["target_url"] for s in github.statuses} == {
        "https://github.com/ada/digits/actions/runs/42"
    }


def test_a_failure_and_a_refusal_are_said_in_few_words(hub: Project, github: GitHub) -> None:
    fails = 'on:commit\n\n/fail "' + "it went wrong " * 20 + '"\n'
    hub.commit({"workflows/main.wf": fails, "workflows/bad.wf": "on:commit\n/nowhere\n"}, "Break")
    hub.git("push", "--quiet")
    assert job(hub, github, "push").status == 1
    said = {context: (state, text) for state, context, text in github.seen()}
    state, text = said["git wf / workflows/bad.wf"]
    assert state == "failure"
    assert str(text).startswith("refused: workflows/bad.wf:2:1: WF202 unknown command `/nowhere`")
    state, text = said[CONTEXT]
    assert (state, str(text)[:30], len(str(text))) == (
        "failure",
        "failed: it went wrong it went ",
        140,
    )


def test_the_plan_is_one_comment_that_is_kept_up_to_date(hub: Project, github: GitHub) -> None:
    base = hub.git("rev-parse", "HEAD")
    hub.git("checkout", "--quiet", "-b", "topic")
    for rate in ("0.8", "0.7"):
        hub.commit({"params.yaml": f"rate: {rate}\n"}, "Lower the rate")
        done = job(hub, github, "pull_request", base={"ref": "main", "sha": base}, number=7)
        assert done.status == 0
    [comment] = github.comments
    assert comment["user"]["login"] == BOT  # type: ignore[index]
    newest = (hub.path.parent / "summary").read_text().split("### git wf plan")[-1]
    assert comment["body"] == f"<!-- git-wf plan -->\n### git wf plan{newest}".rstrip("\n")
    assert "0.9 → 0.7" in newest
    assert hub.ledger() == []


def test_a_token_that_only_reads_changes_nothing_about_the_plan(
    hub: Project, github: GitHub
) -> None:
    """As the one that GitHub gives a job for the pull request of a fork."""
    base = {"ref": "main", "sha": hub.git("rev-parse", "HEAD")}
    done = job(hub, github, "pull_request", READER, base=base, number=7)
    assert done.status == 0
    why = "it answers 403: Resource not accessible by integration"
    assert done.out == f"::warning title=git wf::no comment on the pull request: {why}\n"
    assert "### git wf plan" in (hub.path.parent / "summary").read_text()


@pytest.mark.parametrize("status", [500, 401])
def test_no_run_fails_because_github_is_out_of_order(
    hub: Project, github: GitHub, status: int
) -> None:
    github.broken = status
    assert job(hub, github, "push").status == 0
    assert github.statuses == []
    assert hub.ledger() == ["train 0.9", "deploy"]


def test_no_command_gets_the_token_whatever_it_names(hub: Project, github: GitHub) -> None:
    flow = """\
on:commit

define:/look
  ↳ run     → env > environment
  ↳ secrets → GIT_WF_GITHUB_TOKEN

/look
"""
    stealing = '[controller]\nbranches = ["main"]\n[secrets]\nX = "env:GIT_WF_GITHUB_TOKEN"\n'
    hub.commit({"workflows/main.wf": flow, "wf.toml": stealing}, "Steal")
    hub.git("push", "--quiet")
    assert job(hub, github, "push").status == 1
    [run] = hub.log()
    assert run.error is not None
    assert "GIT_WF_GITHUB_TOKEN" in str(run.error["message"])
    state = hub.path / ".git"
    found = [f for f in state.rglob("*") if f.is_file() and TOKEN.encode() in f.read_bytes()]
    assert found == []


def test_a_controller_elsewhere_gives_commits_their_status_too(
    hub: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the token that `[notify]` names; what is not sent because GitHub is away is sent later."""
    monkeypatch.setenv("FEEDBACK", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", github.address)
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/digits")
    text = '[controller]\nbranches = ["main"]\nremote = "origin"\n[notify]\ngithub = "FEEDBACK"\n'
    hub.commit({"wf.toml": text}, "Tell GitHub")
    hub.git("push", "--quiet")
    github.broken = 503
    hub.done("reconcile")
    assert github.statuses == []
    assert "notifications are not sent yet: GitHub: it answers 503: Server Error" in hub.done(
        "status"
    )
    github.broken = 0
    hub.done("reconcile")
    assert [state for state, _, _ in github.seen()] == ["pending", "success"]
