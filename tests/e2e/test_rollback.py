"""`git wf rollback`: a commit that asks for what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project


@pytest.fixture
def twice(project: Project) -> Project:
    """A project whose second model is in production."""
    project.done("reconcile")
    project.commit({"params.yaml": "rate: 0.8\n", "note.txt": "kept\n"}, "Lower the rate")
    project.done("reconcile")
    return project


def refused(project: Project, *words: str) -> str:
    head = project.git("for-each-ref", "refs/heads")
    done = project.wf("rollback", *words)
    assert done.status == 2, done
    assert project.git("for-each-ref", "refs/heads") == head
    return done.err


def test_one_commit_of_the_person_and_the_old_model_is_back(twice: Project) -> None:
    [new, old] = twice.log()
    said = twice.done("rollback", "production")
    assert f"Roll production back to run {old.run}" in said
    assert twice.git("show", "--name-only", "--format=%an <%ae>").split() == [
        "Ada",
        "<ada@example.org>",
        "params.yaml",
    ]
    assert twice.git("rev-parse", "HEAD~1") == new.commit
    assert (twice.path / "params.yaml").read_text() == "rate: 0.9\n"
    assert twice.git("status", "--short") == ""
    before = twice.ledger()
    twice.done("reconcile")
    assert twice.ledger() == [*before, "deploy"]
    assert twice.served.read_bytes() == b"\x00\xff model of rate 0.9"


def test_a_branch_of_its_own_leaves_the_working_tree_alone(twice: Project) -> None:
    head = twice.git("rev-parse", "HEAD")
    twice.folder.write({"params.yaml": "rate: 0.5\n"})
    twice.done("rollback", "production", "--branch", "undo")
    assert twice.git("rev-parse", "HEAD") == head
    assert (twice.path / "params.yaml").read_text() == "rate: 0.5\n"
    assert twice.git("show", "undo:params.yaml") == "rate: 0.9"
    assert twice.git("show", "undo:note.txt") == "kept"
    assert "there is a branch `undo` already" in refused(twice, "production", "--branch", "undo")


def test_files_that_came_since_go_and_those_that_went_come_back(project: Project) -> None:
    project.done("reconcile")
    workflow = (project.path / "workflows/main.wf").read_text()
    project.git("rm", "--quiet", "deploy.py")
    changed = workflow.replace("deploy.py model.bin", "ship.sh model.bin").replace(
        "python3 deploy.py", "sh ship.sh"
    )
    project.commit({"workflows/main.wf": changed, "ship.sh": "echo ship >> $LEDGER\n"})
    project.done("reconcile")
    project.done("rollback", "production")
    assert (project.path / "deploy.py").exists()
    assert (project.path / "workflows/main.wf").read_text() == workflow


def test_refusals(twice: Project) -> None:
    [new, old] = twice.log()
    assert refused(twice, "staging") == (
        "git-wf: nothing was ever deployed to `staging`\n  there is `production`\n"
    )
    assert f"`production` stands at run `{new.run}` already" in refused(
        twice, "production", "--to", new.run
    )
    twice.folder.write({"params.yaml": "rate: 0.5\n"})
    assert "has changes that are not committed" in refused(twice, "production")
    twice.git("checkout", "--quiet", "params.yaml")
    twice.git("switch", "--quiet", "--create", "topic")
    assert "`production` is deployed from `main`, and HEAD is on `topic`" in refused(
        twice, "production"
    )
    twice.git("switch", "--quiet", "main")
    twice.done("rollback", "production", "--to", old.run)
    assert "asks for what run" in refused(twice, "production")


def test_an_untracked_file_in_the_way_is_not_overwritten(project: Project) -> None:
    project.done("reconcile")
    project.git("rm", "--quiet", "deploy.py")
    workflow = (project.path / "workflows/main.wf").read_text()
    changed = workflow.replace("deploy.py model.bin", "model.bin").replace(
        "python3 deploy.py", "true"
    )
    project.commit({"workflows/main.wf": changed})
    project.done("reconcile")
    project.folder.write({"deploy.py": "mine\n"})
    assert "untracked working tree files would be overwritten" in refused(project, "production")
    assert (project.path / "deploy.py").read_text() == "mine\n"


def test_nothing_to_go_back_to(project: Project) -> None:
    project.done("reconcile")
    assert "never stood at anything but what run" in refused(project, "production")
