"""The main job: commit a workflow, it runs, git remembers, `git revert` takes it back.

Before each revert all that is not git's and not DVC's is deleted, and every command is a process
of its own: nothing but the repository can know what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

FIRST = b"\x00\xff model of rate 0.9"


def finished(note: list[dict[str, object]]) -> dict[str, object]:
    (line,) = (line for line in note if line["type"] == "run.finished")
    return line


def test_a_revert_brings_the_old_model_back_without_training(project: Project) -> None:
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy"]
    assert project.served.read_bytes() == FIRST

    project.commit({"params.yaml": "rate: 0.8\n"}, "Try another rate")
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy"]
    assert project.served.read_bytes() == b"\x00\xff model of rate 0.8"

    project.forget()
    reverted = project.revert()
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy", "deploy"]
    assert project.served.read_bytes() == FIRST

    newest, second, first = project.log()
    assert (newest.key, newest.commit) == (first.key, reverted)
    assert second.key != first.key
    assert [(r.status, r.executed, r.restored) for r in (first, second, newest)] == [
        ("succeeded", 2, 0),
        ("succeeded", 2, 0),
        ("succeeded", 1, 1),
    ]
    assert [env["env"] for env in newest.envs] == ["production"]
    note = project.note()
    assert [line["type"] for line in note] == ["run.started", "env.changed", "run.finished"]
    assert note[1]["previous"] == second.run
    end = finished(note)
    assert (end["executed"], end["restored"], end["restorable"]) == (1, 1, "here")
    assert end["metrics"] == {"accuracy": 0.9}
    history = project.git("log", "--format=%H", "refs/wf/env/production")
    assert len(history.splitlines()) == 3


def test_a_branch_that_is_set_back_asks_for_what_it_asked_for_before(project: Project) -> None:
    project.done("reconcile")
    project.commit({"params.yaml": "rate: 0.8\n"}, "Try another rate")
    project.done("reconcile")
    project.git("reset", "--quiet", "--hard", "HEAD~1")
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy", "deploy"]
    assert project.served.read_bytes() == FIRST
    again = project.wf("reconcile")
    assert (again.status, again.err) == (0, "nothing to do on main\n")

    project.git("reset", "--quiet", "--hard", "ORIG_HEAD")
    project.done("reconcile")
    assert project.ledger()[-1:] == ["deploy"]
    assert project.served.read_bytes() == b"\x00\xff model of rate 0.8"


def test_a_commit_of_words_starts_nothing(project: Project) -> None:
    project.done("reconcile")
    (run,) = project.log()
    project.commit({"README.md": "A better model.\n"}, "Better words")
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy"]
    (line,) = project.note()
    assert line["type"] == "run.none"
    assert line["reason"] == f"workflows/main.wf is up to date with run {run.run}"


def test_a_second_pass_does_nothing(project: Project) -> None:
    project.done("reconcile")
    refs = project.git("for-each-ref")
    again = project.wf("reconcile")
    assert (again.status, again.out, again.err) == (0, "", "nothing to do on main\n")
    assert project.git("for-each-ref") == refs
    project.forget()
    assert project.wf("reconcile") == again
    assert project.git("for-each-ref") == refs
    assert project.ledger() == ["train 0.9", "deploy"]


def test_a_failed_smoke_test_after_the_deployment_is_taken_back(smoked: Project) -> None:
    smoked.done("reconcile")
    smoked.commit({"params.yaml": "rate: 0.8\n"}, "A bad one")
    smoked.done("reconcile", status=1)
    assert smoked.served.read_bytes() == b"\x00\xff model of rate 0.8"
    again = smoked.wf("reconcile")
    [run, *_] = smoked.log()
    stands = f"failed in run {run.run}: `git wf retry {run.run}` tries it again\n"
    assert (again.status, again.err) == (1, f"main: workflows/main.wf {stands}")

    smoked.forget()
    smoked.revert()
    smoked.done("reconcile")
    assert smoked.served.read_bytes() == FIRST
    assert smoked.ledger() == ["train 0.9", "deploy", "train 0.8", "deploy", "deploy"]
    assert [run.status for run in smoked.log()] == ["succeeded", "failed", "succeeded"]
    assert finished(smoked.note())["restored"] == 1
