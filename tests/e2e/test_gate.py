"""The gate: what stops a commit before it is acted on, whoever skipped which hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

GATE = '[controller]\nbranches = ["main"]\ngate = "pre-commit"\n'

SHOWN = "  `git wf status` shows what the checks printed; mend it and commit"

HOOKS = """\
repos:
  - repo: local
    hooks:
      - id: no-fixme
        name: nobody is told to mend it
        entry: sh -c 'echo "token $CHECK_TOKEN"; ! grep -n FIXME "$@"' --
        language: system
        files: ^(params.yaml|old.txt)$
        stages: [pre-commit]
      - id: quiet
        name: another one
        entry: "true"
        language: system
        stages: [pre-commit]
"""


@pytest.fixture
def gated(project: Project) -> Project:
    """The project, deployed once, behind its own hooks."""
    project.commit({"wf.toml": GATE, ".pre-commit-config.yaml": HOOKS}, "Check what is committed")
    project.done("reconcile")
    return project


def refusals(project: Project, commit: str = "HEAD") -> list[dict[str, object]]:
    return [line for line in project.note(commit) if line["type"] == "run.refused"]


def refused(commit: str, project: Project) -> str:
    """Return how people are told that a commit was refused."""
    return f"workflows/main.wf: refused at {project.git('rev-parse', commit)[:10]}"


def test_a_commit_past_the_hooks_is_stopped_and_its_fix_runs(
    gated: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [line["type"] for line in gated.note()][:2] == ["commit.checked", "run.started"]
    assert gated.note()[0]["status"] == "passed"
    monkeypatch.setenv("CHECK_TOKEN", "hunter22")
    gated.git("config", "core.hooksPath", ".git/hooks")
    gated.folder.write({"params.yaml": "rate: 0.8 # FIXME\n"})
    gated.git("commit", "--quiet", "--all", "--no-verify", "-m", "Skip the hooks")
    done = gated.wf("reconcile")
    said = "pre-commit stops this commit: `no-fixme` failed"
    assert (done.status, done.err) == (1, f"{refused('HEAD', gated)}: {said}\n{SHOWN}\n")
    [refusal] = refusals(gated)
    assert refusal["reason"] == said
    [about] = msgspec.convert(refusal["diagnostics"], list[dict[str, str]])
    assert about["gate"] == "pre-commit"
    assert "- hook id: no-fixme\n" in about["output"]
    assert "params.yaml:1:rate: 0.8 # FIXME\n" in about["output"].replace(
        "1:rate", "params.yaml:1:rate"
    )
    assert "hunter22" not in gated.git("notes", "--ref=wf", "show", "HEAD")
    status = gated.done("status")
    assert f"  refused: {said}\n" in status
    assert "- hook id: no-fixme\n" in status
    assert "production  deployed  run" in status
    again = gated.wf("reconcile")
    commit = gated.git("rev-parse", "HEAD")[:10]
    stands = f"main: workflows/main.wf was refused at {commit}: {said}; {SHOWN.strip()}\n"
    assert (again.status, again.err) == (1, stands)
    assert len(refusals(gated)) == 1
    gated.commit({"params.yaml": "rate: 0.8\n"}, "Mend it")
    gated.done("reconcile")
    assert gated.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy"]
    gated.git("worktree", "prune")
    assert len(gated.git("worktree", "list").splitlines()) == 1


def test_only_what_changed_is_checked(gated: Project) -> None:
    gated.folder.write({"old.txt": "FIXME\n"})
    gated.git("add", "--all")
    gated.git("commit", "--quiet", "--no-verify", "-m", "Leave something")
    gated.wf("reconcile")
    assert len(refusals(gated)) == 0  # it asks for nothing, and so nothing is looked at
    gated.commit({"params.yaml": "rate: 0.8\n"}, "Lower the rate")
    gated.done("reconcile")
    assert gated.ledger()[-2:] == ["train 0.8", "deploy"]


def test_hooks_that_cannot_be_had_are_no_verdict(gated: Project) -> None:
    broken = HOOKS.replace('entry: "true"', "entry: nowhere")
    missing = broken.replace("language: system", "language: nonsense", 1)
    gated.commit({".pre-commit-config.yaml": missing, "params.yaml": "rate: 0.8\n"}, "Break it")
    assert gated.wf("reconcile").status in {1, 2}
    assert gated.ledger() == ["train 0.9", "deploy"]


def test_without_a_configuration_nothing_passes(gated: Project) -> None:
    gated.git("rm", "--quiet", ".pre-commit-config.yaml")
    gated.commit({"params.yaml": "rate: 0.8\n"}, "Drop the hooks")
    done = gated.wf("reconcile")
    said = "the gate is `pre-commit`, and there is no `.pre-commit-config.yaml`"
    assert done.err == f"{refused('HEAD', gated)}: {said}\n{SHOWN}\n"


def test_a_revert_that_breaks_a_workflow_is_stopped(project: Project) -> None:
    """No hook of pre-commit runs on `git revert`; what is deployed stays."""
    files = {
        "workflows/lib/smoke.wf": "define:/smoke\n  ↳ run → true\n",
        "unrelated.txt": "x",
    }
    project.commit(files, "Add a library")
    added = project.git("rev-parse", "HEAD")
    text = (project.path / "workflows/main.wf").read_text()
    uses = "use:lib/smoke.wf\n" + text.replace("→ /deploy →", "→ /deploy && /smoke →")
    project.commit({"workflows/main.wf": uses}, "Use it")
    project.done("reconcile")
    project.git("revert", "--no-edit", added)
    done = project.wf("reconcile")
    said = "workflows/main.wf:1:5: WF208 there is no file `workflows/lib/smoke.wf`"
    assert done.status == 1
    assert done.err.startswith(f"{refused('HEAD', project)}: {said}")
    assert said in project.done("status")
    assert "production  deployed" in project.done("status")
    project.revert()
    project.done("reconcile")
    assert refusals(project) == []


def test_an_error_is_shown_with_its_line_and_the_fix_runs_at_once(project: Project) -> None:
    project.done("reconcile")
    text = (project.path / "workflows/main.wf").read_text()
    project.commit({"workflows/main.wf": text.replace("/train\nif", "/trian\nif")}, "Mistype")
    assert project.wf("reconcile").status == 1
    at = text.replace("/train\nif", "/trian\nif").splitlines().index("$eval = /trian") + 1
    assert f"  refused: workflows/main.wf:{at}:9: WF2" in project.done("status")
    assert "production  deployed" in project.done("status")
    project.commit({"workflows/main.wf": text, "params.yaml": "rate: 0.8\n"}, "Mend it")
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy"]


def test_the_gate_off_leaves_files_alone_that_ask_for_nothing(project: Project) -> None:
    broken = {"workflows/draft.wf": "on:tag tag:v*\n/nowhere\n"}
    project.commit(broken, "A draft")
    assert project.wf("reconcile").status == 1
    assert [r["workflow"] for r in refusals(project)] == ["workflows/draft.wf"]
    project.commit({"wf.toml": '[controller]\ngate = "off"\n'}, "Let drafts be")
    done = project.wf("reconcile")
    assert (done.status, refusals(project)) == (0, [])
