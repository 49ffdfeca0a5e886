"""Records that are signed: what others forge starts nothing, answers nothing, and keeps nothing from happening."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project

SETTINGS = """\
[controller]
branches = ["main"]
remote = "origin"

[trust]
signers = "allowed_signers"
"""


def make_key(path: Path) -> str:
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)]
    subprocess.run(words, check=True)
    return path.with_suffix(".pub").read_text()


class Hub:
    """A remote whose records are signed by the controllers, and clones of it."""

    def __init__(self, hub: Path, project: Project) -> None:
        self.path = hub
        self.project = project

    def clone(self, name: str) -> Project:
        path = self.path.with_name(name)
        self.project.git("clone", "--quiet", str(self.path), str(path))
        kind, folder = type(self.project), type(self.project.folder)
        return kind(folder(path), self.project._ledger, self.project.served)

    def git(self, *words: str) -> str:
        return self.project.git("-C", str(self.path), *words)

    def refs(self, prefix: str = "refs/wf/") -> dict[str, str]:
        text = self.git("for-each-ref", "--format=%(refname) %(objectname)", prefix)
        return dict(line.split() for line in text.splitlines())

    def forge(self, ref: str, files: dict[str, str], message: str = "forged") -> None:
        """Write a record into the hub as whoever may push can: on top of what stands there."""
        tree = self.refs(ref).get(ref, "main") + "^{tree}"
        index = {"GIT_DIR": str(self.path), "GIT_INDEX_FILE": str(self.path / "forged")}
        environment = os.environ | index

        def git(*words: str, stdin: str = "") -> str:
            done = subprocess.run(
                ["git", *words],
                env=environment,
                input=stdin,
                check=True,
                capture_output=True,
                text=True,
            )
            return done.stdout.strip()

        git("read-tree", tree)
        for path, text in files.items():
            blob = git("hash-object", "-w", "--stdin", stdin=text)
            git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        commit = git("commit-tree", "-p", "main", "-m", message, git("write-tree"))
        git("update-ref", ref, commit)


@pytest.fixture
def hub(
    project: Project, make_folder: MakeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Hub:
    """The project on a remote; its policy believes the key of this machine, and Ada's about wishes."""
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    monkeypatch.setenv("GIT_WF_SIGNING_KEY", str(tmp_path / "controller"))
    controller, ada = make_key(tmp_path / "controller"), make_key(tmp_path / "ada")
    signers = (
        f'controller@example.org namespaces="git-wf,git-wf-request" {controller}'
        f'ada@example.org namespaces="git-wf-request" {ada}'
    )
    bare = make_folder("hub", "--bare")
    project.git("remote", "add", "origin", str(bare.path))
    project.commit({"wf.toml": SETTINGS, "allowed_signers": signers}, "Sign records")
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    return Hub(bare.path, project)


def test_signed_records_are_believed_by_a_fresh_clone(hub: Hub) -> None:
    hub.project.done("reconcile")
    [run] = hub.project.log()
    ben = hub.clone("ben")
    done = ben.wf("reconcile")
    assert (done.status, done.err) == (0, "nothing to do on main\n")
    assert [record.run for record in ben.log()] == [run.run]
    assert ben.wf("fsck").out == ""
    assert hub.project.ledger() == ["train 0.9", "deploy"]
    for ref in hub.refs():
        if "/lease/" not in ref:
            assert "\nwf-signature -----BEGIN SSH SIGNATURE-----\n" in hub.git(
                "cat-file", "-p", ref
            )
    ben.git("fsck", "--strict")


def test_who_only_reads_takes_in_what_the_default_branch_believes(hub: Hub) -> None:
    """Also while a branch is checked out whose `wf.toml` believes everybody."""
    hub.project.done("reconcile")
    [run] = hub.project.log()
    hub.forge("refs/wf/runs/2026-11/01KZZZZZZZZZZZZZZZZZZZZZZZ", {".wf/run.json": "{}\n"})
    ben = hub.clone("ben")
    ben.done("init")
    ben.git("fetch", "--quiet")
    ben.git("switch", "--quiet", "--create", "loose")
    ben.commit({"wf.toml": '[controller]\nbranches = ["main"]\n'}, "Believe everybody")
    assert [record.run for record in ben.log()] == [run.run]
    assert ben.git("for-each-ref", "refs/wf/runs/*/01KZZZZZZZZZZZZZZZZZZZZZZZ") == ""
    ben.git("switch", "--quiet", "main")
    assert [record.run for record in ben.log()] == [run.run]


def test_a_forged_run_is_not_played(hub: Hub, tmp_path: Path) -> None:
    """Whoever may push names the owner of a clone, and has it take up a plan of their own."""
    ada = hub.project
    ada.done("reconcile")
    [ref] = hub.refs("refs/wf/runs/")
    events = [
        msgspec.json.decode(line) for line in hub.git("show", f"{ref}:.wf/events.jsonl").split("\n")
    ]
    plan = msgspec.json.decode(hub.git("show", f"{ref}:.wf/plan.json"))
    run = "01KZZZZZZZZZZZZZZZZZZZZZZZ"
    started = next(e for e in events if e["type"] == "run.started") | {"run": run}
    text = msgspec.json.encode(plan).decode().replace("python3 train.py", f"touch {tmp_path}/evil")
    record = msgspec.json.decode(hub.git("show", f"{ref}:.wf/run.json")) | {
        "run": run,
        "status": "running",
    }
    month = ref.split("/")[3]
    hub.forge(
        f"refs/wf/runs/{month}/{run}",
        {
            ".wf/events.jsonl": msgspec.json.encode(started).decode() + "\n",
            ".wf/plan.json": text,
            ".wf/run.json": msgspec.json.encode(record).decode() + "\n",
        },
    )
    done = ada.wf("reconcile")
    assert (done.status, done.err) == (0, "nothing to do on main\n")
    assert not (tmp_path / "evil").exists()
    assert len(ada.log()) == 1


def test_a_forged_environment_does_not_pass_for_deployed(hub: Hub) -> None:
    ada = hub.project
    ada.done("reconcile")
    first = hub.refs("refs/wf/env/")
    made = msgspec.json.decode(hub.git("show", "refs/wf/env/production:.wf/env.json"))
    forged = msgspec.json.encode(made | {"key": "0" * 64, "at": "2099-01-01T00:00:00.000000Z"})
    hub.forge("refs/wf/env/production", {".wf/env.json": forged.decode()})
    ben = hub.clone("ben")
    ben.wf("reconcile")
    [env] = msgspec.json.decode(ben.done("status", "--json"))["envs"]
    assert env["run"] == made["run"]
    ada.done("reconcile")
    assert hub.refs("refs/wf/env/") == first


def test_a_forged_note_says_nothing(hub: Hub) -> None:
    ada = hub.project
    head = ada.git("rev-parse", "HEAD")
    lines = [
        {"type": "run.refused", "workflow": "workflows/main.wf", "commit": head, "branch": "main"}
        | {"reason": "forged", "at": "2026-11-22T10:00:00.000000Z", "id": "01FORGED", "v": 1}
        | {"epoch": 0},
        {"type": "run.none", "commit": head, "tree": "", "branch": "main", "reason": "forged"}
        | {"at": "2026-11-22T10:00:00.000000Z", "id": "01FORGEE", "v": 1, "epoch": 0},
    ]
    order = ("at", "id", "v", "epoch", "type")
    text = "".join(
        msgspec.json.encode({k: line[k] for k in (*order, *(line.keys() - set(order)))}).decode()
        + "\n"
        for line in lines
    )
    hub.git("notes", "--ref=wf", "add", "-m", text, head)
    ada.done("reconcile")
    assert ada.ledger() == ["train 0.9", "deploy"]
    assert "forged" not in ada.done("status")
    assert any(line.get("reason") == "forged" for line in ada.note())


def test_an_approval_counts_that_is_signed_for_this_very_run(hub: Hub, tmp_path: Path) -> None:
    ada = hub.project
    approve = f"{SETTINGS}\n[env.production]\napprove = true\n"
    ada.commit({"wf.toml": approve}, "Ask before production changes")
    ada.git("push", "--quiet")
    ada.wf("reconcile")
    run = ada.log()[0]
    assert run.status == "waiting"
    wish = '{"by":"Eve <eve@example.org>","at":"2026-11-22T10:00:00.000000Z"}'
    hub.forge(f"refs/wf/requests/{run.run}/approve", {}, wish)
    ada.done("reconcile")
    assert ada.log()[0].status == "waiting"
    hub.git("update-ref", "-d", f"refs/wf/requests/{run.run}/approve")
    ben = hub.clone("ben")
    ben.git("config", "gpg.format", "ssh")
    ben.git("config", "user.signingKey", str(tmp_path / "ada"))
    ben.git("fetch", "--quiet", "origin", "+refs/wf/*:refs/wf/*")
    ben.done("approve", run.run)
    ben.git("push", "--quiet", "origin", "refs/wf/requests/*:refs/wf/requests/*")
    ada.done("reconcile")
    assert ada.log()[0].status == "succeeded"
    assert ada.ledger() == ["train 0.9", "deploy"]


def test_without_a_key_that_is_believed_nothing_is_begun(hub: Hub, tmp_path: Path) -> None:
    ben = hub.clone("ben")
    unset = ben.wf("reconcile", env={"GIT_WF_SIGNING_KEY": ""})
    said = (
        "git-wf: records on `origin` have to be signed, and {}\n"
        "  docs/security.md says how to make a key and whom to tell\n"
    )
    assert (unset.status, unset.err) == (2, said.format("there is no key to sign records with"))
    wrong = ben.wf("reconcile", env={"GIT_WF_SIGNING_KEY": str(tmp_path / "ada")})
    why = f"nobody is told to believe the key `{tmp_path}/ada` about records (namespace `git-wf`)"
    assert (wrong.status, wrong.err) == (2, said.format(why))
    assert hub.project.ledger() == []
