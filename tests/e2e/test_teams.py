"""Several clones of one remote: who follows it, who acts, and what becomes of the records."""

from __future__ import annotations

import hmac
import http.client
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Process, Project, Start

WaitFor = Callable[[Callable[[], object]], object]

SETTINGS = '[controller]\nbranches = ["main"]\nremote = "origin"\nowner_lost_after = "1h"\n'


class Team:
    """A bare repository, and the clones of those who share it."""

    def __init__(self, hub: Path, project: Project) -> None:
        self.hub = hub
        self.project = project

    def clone(self, name: str) -> Project:
        """Clone it, as a person does."""
        path = self.hub.with_name(name)
        self.project.git("clone", "--quiet", str(self.hub), str(path))
        kind, folder = type(self.project), type(self.project.folder)
        return kind(folder(path), self.project._ledger, self.project.served)

    def refs(self, prefix: str) -> dict[str, str]:
        """Return the refs of the remote, as git itself reads them."""
        words = ("--format=%(refname) %(objectname)", prefix)
        text = self.project.git("-C", str(self.hub), "for-each-ref", *words)
        return dict(line.split() for line in text.splitlines())

    def lease(self) -> dict[str, object]:
        """Return what the lease says."""
        words = ("log", "-1", "--format=%B", "refs/wf/lease/default")
        return dict(msgspec.json.decode(self.project.git("-C", str(self.hub), *words)))

    def runs(self) -> list[str]:
        """Return the ids of the runs that the remote has, oldest first."""
        return sorted(ref.rpartition("/")[2] for ref in self.refs("refs/wf/runs"))

    def status_of(self, run: str) -> str:
        """Return what the remote has of a run."""
        [ref] = [ref for ref in self.refs("refs/wf/runs") if ref.endswith(run)]
        record = self.project.git("-C", str(self.hub), "show", f"{ref}:.wf/run.json")
        return str(msgspec.json.decode(record)["status"])


@pytest.fixture
def team(project: Project, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch) -> Team:
    """The project, pushed to a remote that its clones follow; time goes by ten times as fast."""
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    hub = make_folder("hub", "--bare")
    project.git("remote", "add", "origin", str(hub.path))
    project.commit({"wf.toml": SETTINGS}, "Follow origin")
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    return Team(hub.path, project)


def test_records_reach_the_remote_and_other_clones_do_nothing_again(team: Team) -> None:
    ada, ben = team.project, team.clone("ben")
    ada.done("reconcile")
    [run] = ada.log()
    assert team.status_of(run.run) == "succeeded"
    assert team.refs("refs/wf/env").keys() == {"refs/wf/env/production"}
    assert team.lease()["holder"] is None
    done = ben.wf("reconcile")
    assert (done.status, done.err) == (0, "nothing to do on main\n")
    assert [record.run for record in ben.log()] == [run.run]
    assert ada.ledger() == ["train 0.9", "deploy"]
    assert ben.note() == ada.note()
    for clone in (ada, ben):
        assert clone.wf("fsck").out == ""
        clone.git("fsck", "--strict")


def test_a_plain_clone_shows_what_was_fetched_and_acts_on_nothing(team: Team) -> None:
    ada, ben = team.project, team.clone("ben")
    ada.done("reconcile")
    [run] = ada.log()
    ben.done("init")
    ben.git("fetch", "--quiet")
    on_remote, ledger = team.refs("refs/"), ada.ledger()
    team.hub.rename(team.hub.with_name("away"))  # nothing is asked of the remote
    assert ben.log() == [run]
    assert ben.show("latest").run == run.run
    assert ben.done("why", "latest") == ada.done("why", "latest")
    assert ben.done("graph", "latest") == ada.done("graph", "latest")
    assert ben.wf("fsck").out == ""
    assert ben.note() == ada.note()
    history = ("log", "--format=%H", "refs/wf/env/production")
    assert ben.git(*history) == ada.git(*history)
    known = msgspec.json.decode(ben.done("status", "--json"))
    assert [(b["branch"], b["commit"], b["decided"]) for b in known["branches"]] == [
        ("main", ada.git("rev-parse", "main"), True)
    ]
    assert [(e["env"], e["run"]) for e in known["envs"]] == [("production", run.run)]
    said = ben.wf("logs", "latest")
    assert said.err.startswith(f"git-wf: what run `{run.run}` printed is not here\n")
    team.hub.with_name("away").rename(team.hub)
    assert team.refs("refs/") == on_remote
    assert ada.ledger() == ledger


def test_what_was_fetched_joins_what_is_here_once(team: Team) -> None:
    ada, ben = team.project, team.clone("ben")
    ben.commit({"workflows/own.wf": "/echo own\n"}, "Not pushed")
    ben.done("run", "workflows/own.wf")
    [own] = ben.log()
    ada.done("reconcile")
    ben.done("init")
    ben.git("fetch", "--quiet")
    assert [r.run for r in ben.log()] == sorted([own.run, *team.runs()], reverse=True)
    before = ben.git("for-each-ref")
    assert len(ben.log()) == 2
    assert ben.git("for-each-ref") == before
    assert ben.note("HEAD~") == ada.note()
    ben.git("fsck", "--strict")


def test_a_checked_out_branch_brings_in_no_records_of_a_stranger(team: Team) -> None:
    ada, ben = team.project, team.clone("ben")
    ada.done("reconcile")
    ben.git("remote", "add", "mallory", str(team.hub))
    ben.git("remote", "add", "hers", str(team.hub))
    ben.done("init")
    ben.git("fetch", "--quiet", "mallory")
    ben.git("fetch", "--quiet", "hers")
    ben.commit({"wf.toml": SETTINGS.replace("origin", "mallory")}, "Follow mallory")
    assert ben.log() == []


def test_status_says_why_no_branch_of_a_remote_is_known(team: Team) -> None:
    team.project.git("update-ref", "-d", "refs/remotes/origin/main")
    said = team.project.done("status").splitlines()
    assert said[0] == (
        "no branch is watched: no branch of `origin` is known here: push one, or `git fetch origin`"
    )


def test_the_remote_is_followed_and_not_the_branches_of_the_clone(team: Team) -> None:
    ada, ben = team.project, team.clone("ben")
    ada.done("reconcile")
    local = ben.commit({"params.yaml": "rate: 0.7\n"}, "Not pushed")
    ben.folder.write({"params.yaml": "rate: 0.6\n"})
    ada.commit({"params.yaml": "rate: 0.8\n"}, "Lower the rate")
    ada.git("push", "--quiet")
    ben.done("reconcile")
    assert ada.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy"]
    assert ben.git("rev-parse", "HEAD") == local
    assert (ben.path / "params.yaml").read_text() == "rate: 0.6\n"
    assert ben.git("rev-parse", "origin/main") != ada.git("rev-parse", "HEAD")
    ben.done("reconcile", "--local", status=0)
    assert ada.ledger()[-2:] == ["train 0.7", "deploy"]


def begun(start: Start, clone: Project) -> Process:
    controller = start("controller", cwd=clone.path)
    controller.says("watching")
    return controller


def test_one_controller_acts_and_the_other_takes_over_from_a_dead_one(
    team: Team, start: Start, wait_for: WaitFor
) -> None:
    ada, ben = team.project, team.clone("ben")
    first = begun(start, ada)
    wait_for(lambda: team.refs("refs/wf/env"))
    second = begun(start, ben)
    ada.commit({"params.yaml": "rate: 0.8\n"}, "Lower the rate")
    ada.git("push", "--quiet")
    wait_for(lambda: list(map(team.status_of, team.runs())) == ["succeeded"] * 2)
    first.kill()
    ada.commit({"params.yaml": "rate: 0.7\n"}, "Lower it more")
    ada.git("push", "--quiet")
    wait_for(lambda: ada.ledger()[-2:] == ["train 0.7", "deploy"])
    wait_for(lambda: [r.status for r in ben.log()] == ["succeeded"] * 3)
    assert second.stop().status == 0
    assert ada.ledger().count("deploy") == 3


def test_another_live_holder_is_waited_for_or_said(
    team: Team, start: Start, wait_for: WaitFor
) -> None:
    ada, ben = team.project, team.clone("ben")
    gate = ada.path.with_name("gate")
    flow = 'define:/wait\n  ↳ run → until [ -e "$$GATE" ]; do sleep 0.02; done\n/wait\n'
    ada.commit({"workflows/main.wf": flow}, "Wait")
    ada.git("push", "--quiet")
    controller = begun(start, ada)
    wait_for(lambda: team.refs("refs/wf/runs"))
    ada.commit({"workflows/other.wf": "/echo other\n"}, "Another")
    ada.git("push", "--quiet")
    wait_for(lambda: len(team.refs("refs/wf/runs")) == 2)
    assert ada.path.joinpath(".git/wf/clone-id").read_text().strip() in str(team.lease()["holder"])
    gate.touch()
    ben.done("reconcile")
    assert controller.stop().status == 0
    assert team.lease()["holder"] is None


def test_a_holder_that_was_paused_cannot_write(team: Team, start: Start, wait_for: WaitFor) -> None:
    ada, ben = team.project, team.clone("ben")
    flow = (
        'define:/slow\n  ↳ run → until [ -e "$$GATE" ]; do sleep 0.02; done\n'
        'define:/deploy\n  ↳ run    → echo deploy >> "$$LEDGER"\n  ↳ effect → production\n'
        "/slow && /deploy\n"
    )
    ada.commit({"workflows/main.wf": flow, "wf.toml": SETTINGS.replace("1h", "1s")}, "Slow")
    ada.git("push", "--quiet")
    paused = begun(start, ada)
    wait_for(lambda: team.refs("refs/wf/runs"))
    [ref] = team.refs("refs/wf/runs")
    paused.signal(signal.SIGSTOP)
    other = begun(start, ben)
    run = ref.rpartition("/")[2]
    wait_for(lambda: team.status_of(run) == "lost")
    ada.open_gate()
    wait_for(lambda: team.refs("refs/wf/env"))
    paused.signal(signal.SIGCONT)
    wait_for(lambda: not any((ada.path / ".git/wf/ongoing").iterdir()))
    wait_for(lambda: team.status_of(run) == "lost" and ada.show(run).status == "lost")
    assert ada.ledger() == ["deploy"]
    assert other.stop().status == 0
    assert paused.stop().status == 0
    events = [event["type"] for event in ada.events(ref)]
    assert events.count("run.finished") == 1


def test_the_runs_of_a_branch_that_is_gone_are_cancelled(
    team: Team, start: Start, wait_for: WaitFor
) -> None:
    ada = team.project
    flow = "on:commit branch:topic*\ndefine:/wait\n  ↳ run → sleep 600\n/wait\n"
    settings = SETTINGS.replace('["main"]', '["main", "topic*"]')
    ada.commit({"workflows/main.wf": flow, "wf.toml": settings}, "Wait")
    ada.git("push", "--quiet", "origin", "main", "main:topic", "main:topic-2")
    controller = begun(start, ada)
    wait_for(lambda: len(team.refs("refs/wf/runs")) == 2)
    ada.git("push", "--quiet", "origin", ":topic")
    ada.commit({"README.md": "Rewritten.\n"}, "Other history")
    ada.git("commit", "--quiet", "--amend", "--message", "Again")
    ada.git("reset", "--quiet", "--hard", "HEAD~2")
    ada.commit({"README.md": "Rewritten.\n"}, "Other history")
    ada.git("push", "--quiet", "--force", "origin", "HEAD:topic-2")
    runs = team.runs()
    wait_for(lambda: [team.status_of(run) for run in runs] == ["cancelled"] * 2)
    errors = sorted(str((ada.show(run).error or {}).get("message")) for run in runs)
    assert errors == [
        "cancelled by git-wf <git-wf@localhost>: `topic-2` was rewritten, and has its commit no more",
        "cancelled by git-wf <git-wf@localhost>: `topic` was deleted",
    ]
    assert controller.stop().status == 0


def test_what_a_commit_names_is_no_address(team: Team) -> None:
    ada = team.project
    ada.commit({"wf.toml": '[controller]\nremote = "ext::sh -c touch% /tmp/owned"\n'})
    done = ada.wf("reconcile")
    assert (done.status, done.err) == (
        2,
        "git-wf: there is no remote `ext::sh -c touch% /tmp/owned` here\n  there is `origin`\n",
    )


def test_an_address_that_runs_something_is_not_followed(team: Team, tmp_path: Path) -> None:
    ada = team.project
    ada.git("remote", "set-url", "origin", f"ext::touch {tmp_path}/owned")
    done = ada.wf("reconcile", env={"GIT_ALLOW_PROTOCOL": "ext:file"})
    assert done.status == 2
    assert "transport 'ext' not allowed" in done.err
    assert not (tmp_path / "owned").exists()


def test_without_the_remotes_records_nothing_is_done(team: Team) -> None:
    team.project.done("reconcile")
    ben = team.clone("ben")
    ben.git("remote", "set-url", "origin", str(team.hub.with_name("nowhere")))
    done = ben.wf("reconcile")
    assert done.status == 2
    assert done.err.startswith("git-wf: the remote `origin` cannot be used: ")
    ben.git("remote", "set-url", "origin", str(team.hub))
    ben.commit({"wf.toml": ""})
    done = ben.wf("reconcile")
    assert done.status == 2
    assert done.err.startswith("git-wf: `origin` has records of runs, and this clone does not")
    assert team.project.ledger() == ["train 0.9", "deploy"]
    done = ben.wf("reconcile", "--remote", "origin")
    assert (done.status, done.err) == (0, "nothing to do on main\n")


def test_a_fetch_before_there_are_records(team: Team) -> None:
    ben = team.clone("ben")
    ben.done("init")
    ben.git("fetch")
    team.project.done("reconcile")
    ben.git("fetch")
    assert ben.git("rev-parse", "refs/notes/remotes/origin/wf")


def test_what_people_ask_reaches_whoever_acts(team: Team, start: Start, wait_for: WaitFor) -> None:
    ada, ben = team.project, team.clone("ben")
    flow = "define:/wait\n  ↳ run → sleep 600\n/wait\n"
    ada.commit({"workflows/main.wf": flow}, "Wait")
    ada.git("push", "--quiet")
    controller = begun(start, ada)
    wait_for(team.runs)
    [run] = team.runs()
    said = ben.wf("cancel", run, "--reason", "too slow").err
    assert said.startswith(f"run {run} is another clone's, last heard of ")
    assert said.endswith(
        " ago: it ends there, or counts as lost after 1h of silence (`owner_lost_after`)\n"
    )
    wait_for(lambda: team.status_of(run) == "cancelled")
    assert "too slow" in str(ada.show(run).error)
    wait_for(lambda: not team.refs("refs/wf/requests"))
    ben.done("suspend", "workflows/main.wf")
    ada.commit({"workflows/main.wf": f"{flow}/echo more\n"}, "More")
    ada.git("push", "--quiet")
    wait_for(lambda: "suspended: workflows/main.wf" in ada.done("status"))
    assert team.runs() == [run]
    ada.done("resume", "workflows/main.wf")
    wait_for(lambda: len(team.runs()) == 2)
    assert ben.wf("resume", "workflows/main.wf").err == "`workflows/main.wf` is not suspended\n"
    assert controller.stop().status == 0


def test_a_run_by_hand_is_pushed_when_its_commit_is(team: Team) -> None:
    ada, ben = team.project, team.clone("ben")
    ada.done("reconcile")
    plain = {"plain.wf": "/echo hello\n"}
    ben.commit(plain, "Not pushed")
    ben.done("run", "plain.wf")
    assert len(team.runs()) == 1
    assert "1 record is not pushed to `origin` yet" not in ben.done("status")
    ben.git("push", "--quiet")
    ben.done("run", "workflows/main.wf")
    assert len(team.runs()) == 3
    assert team.lease()["holder"] is None
    assert [record.trigger for record in ada.log()] == ["commit"]
    ada.done("reconcile")
    assert {record.trigger for record in ada.log()} == {"commit", "manual"}


def test_what_a_remote_lost_or_set_back_comes_there_again(team: Team) -> None:
    ada = team.project
    ada.done("reconcile")
    note = ada.note()
    ada.commit({"params.yaml": "rate: 0.8\n"})
    ada.git("push", "--quiet")
    ada.done("reconcile")
    before = team.refs("refs/wf/runs") | team.refs("refs/wf/env") | team.refs("refs/notes/wf")
    hub = ("-C", str(team.hub))
    for ref in (*team.refs("refs/wf/runs"), "refs/wf/env/production"):
        ada.git(*hub, "update-ref", "-d", ref)
    ada.git(*hub, "update-ref", "refs/notes/wf", "refs/notes/wf~2")
    done = ada.wf("reconcile")
    assert (done.status, done.err) == (0, "nothing to do on main\n")
    after = team.refs("refs/wf/runs") | team.refs("refs/wf/env") | team.refs("refs/notes/wf")
    assert after == before
    assert ada.note("HEAD~1") == note


def test_archives_take_the_place_of_runs_for_all(team: Team) -> None:
    ada, ben = team.project, team.clone("ben")
    keep = "[keep]\nenv = 1\nruns = 1\ndays = 0\n"
    ada.commit({"wf.toml": SETTINGS + keep})
    for rate in ("0.9", "0.8", "0.7"):
        ada.commit({"params.yaml": f"rate: {rate}\n"})
        ada.git("push", "--quiet")
        ada.done("reconcile")
    ben.git("pull", "--quiet")
    ben.done("reconcile")
    runs = [record.run for record in ada.log()]
    assert ada.wf("gc").err.splitlines()[-1] == f"archived {len(runs) - 1} runs"
    ada.done("reconcile")
    assert len(team.refs("refs/wf/archive")) == 1
    assert team.runs() == [runs[0]]
    ben.done("reconcile")
    assert [record.run for record in ben.log()] == runs
    assert len(ben.git("for-each-ref", "refs/wf/runs").splitlines()) == 1
    assert ben.wf("fsck").out == ""


def test_a_signed_request_has_the_controller_look_at_once(
    team: Team, start: Start, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_WF_WEBHOOK_SECRET", "secret")
    ada = team.project
    settings = f'{SETTINGS}poll = "10h"\n'
    flow = 'define:/tell\n  ↳ run → echo "told ${{GIT_WF_WEBHOOK_SECRET:-nothing}}" >> "$$LEDGER"\n/tell\n'
    flow = flow.replace("${{", "$${").replace("}}", "}")
    ada.commit({"wf.toml": settings, "workflows/main.wf": flow})
    ada.git("push", "--quiet")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    controller = start("controller", "--webhook", str(port), cwd=ada.path)
    wait_for(lambda: ada.ledger() == ["told nothing"])
    wait_for(lambda: list(map(team.status_of, team.runs())) == ["succeeded"])
    ada.commit({"workflows/main.wf": f"{flow}/tell\n"})
    ada.git("push", "--quiet")
    signature = hmac.digest(b"secret", b"{}", "sha256").hex()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    connection.request("POST", "/hooks/git", b"{}", headers)
    assert connection.getresponse().status == 204
    connection.close()
    wait_for(lambda: len(ada.ledger()) == 3)
    assert controller.stop().status == 0


def test_a_webhook_without_a_secret_is_refused(team: Team) -> None:
    done = team.project.wf("controller", "--webhook", "8787")
    assert (done.status, done.err) == (
        2,
        (
            "git-wf: a webhook needs a secret, in `GIT_WF_WEBHOOK_SECRET`\n"
            "  `openssl rand -hex 32` makes one\n"
        ),
    )
