"""Bringing an agent's work into the branch of its run: only asked for, in order, never half."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.droids.conftest import Desk, Step

    from gitwf.records.fold import RunRecord

    Steps = Callable[[RunRecord], list[Step]]


def test_ff_brings_the_commits_and_the_working_tree(desk: Desk, steps: Steps) -> None:
    record = desk("droid:coder merge:ff → /work commits\n")

    (step,) = steps(record)
    assert step.error is None
    assert desk.folder.git("log", "--format=%s", "-2") == "Test the feature\nWrite the feature"
    assert step.about["merged"] == desk.folder.git("rev-parse", "main")
    assert (desk.path / "feature.py").read_text() == "print(1)\n"
    desk.check_clean()


def test_squash_brings_one_commit_by_the_agent(desk: Desk, steps: Steps) -> None:
    record = desk("droid:coder merge:squash → /work commits\n")

    (step,) = steps(record)
    assert step.error is None
    assert desk.folder.git("log", "-1", "--format=%an %cn%n%B", "main") == (
        f"coder git-wf\ncoder: /work commits\n\nWf-Run: {desk.run}\nWf-Branch: {desk.branch()}\n"
    )
    assert desk.folder.git("log", "-1", "--format=%s", "main^") == "Ask"
    assert (desk.path / "test_feature.py").exists()
    desk.check_clean()


def test_one_after_another_each_begins_where_the_last_was_merged(desk: Desk, steps: Steps) -> None:
    record = desk("droid:coder merge:ff → /work both\ndroid:coder merge:ff → /work dirt\n")

    assert [step.error for step in steps(record)] == [None, None]
    subjects = desk.folder.git("log", "--reverse", "--format=%s", "main").splitlines()
    assert subjects == [
        "Ask",
        "Write the feature",
        "Keep what coder left uncommitted",
        "Keep what coder left uncommitted",
    ]
    assert desk.folder.git("branch", "--list", "wf/droid/*", "--format=%(refname:short)") == (
        f"{desk.branch('coder@1')}\n{desk.branch('coder@2')}"
    )
    desk.check_clean()


def test_merges_are_in_the_order_of_the_file(desk: Desk, steps: Steps) -> None:
    """The second one has long ended when the first may."""
    desk.files["droids/other.md"] = "Help."
    gate = desk.ledger.parent / "gate"
    record = desk(
        "define:/open\n"
        f"  ↳ run → until [ $$(grep -c ended {desk.ledger}) = 1 ]; do sleep 0.02; done; touch {gate}\n"
        "fork:3 → droid:coder merge:squash → /work waits & droid:other merge:squash → /work dirt & /open\n"
    )

    assert [step.error for step in steps(record)] == [None, None]
    subjects = desk.folder.git("log", "--reverse", "--format=%s", "main").splitlines()
    assert subjects == ["Ask", "coder: /work waits", "other: /work dirt"]
    desk.check_clean()


def test_a_conflict_keeps_the_branch_and_fails_the_step(desk: Desk, steps: Steps) -> None:
    desk.files["droids/other.md"] = "Help."
    record = desk(
        'fork:2 fail:end → droid:coder merge:squash → /work "print it" conflicts'
        " & droid:other merge:squash → /work dirt\n"
    )

    one, other = steps(record)
    kept = f"`{desk.branch('other')}` is kept"
    assert one.error is None
    assert (other.status, other.kind, other.error) == (
        "failed",
        "condition",
        f"`droid:other`: not merged: it conflicts with `main` in `train.py`; {kept}",
    )
    assert desk.log(desk.branch("other")) == ["Keep what other left uncommitted"]
    assert desk.folder.git("log", "-1", "--format=%an", "main") == "coder"
    desk.check_clean()


ADA = "-c user.name=Ada -c user.email=ada@example.org"
MOVED = "define:/move\n  ↳ run → git -C $$MAIN $$AS_ADA commit -q --allow-empty -m Meanwhile\n"


def test_ff_does_not_follow_a_branch_that_has_moved(desk: Desk, steps: Steps) -> None:
    desk.environment |= {"MAIN": str(desk.path), "AS_ADA": ADA}
    record = desk(f"{MOVED}/move\ndroid:coder merge:ff → /work commits\n")

    (step,) = steps(record)
    tip = desk.folder.git("rev-parse", "--short=10", "main")
    assert step.error == (
        f"`droid:coder`: not merged: `main` has moved on to {tip}, and `merge:ff` cannot follow "
        f"(`merge:squash` can); `{desk.branch()}` is kept"
    )
    desk.check_clean()


def test_squash_follows_it(desk: Desk, steps: Steps) -> None:
    desk.environment |= {"MAIN": str(desk.path), "AS_ADA": ADA}
    record = desk(f"{MOVED}/move\ndroid:coder merge:squash → /work commits\n")

    assert [step.error for step in steps(record)] == [None]
    assert desk.folder.git("log", "-2", "--format=%s", "main") == "coder: /work commits\nMeanwhile"
    desk.check_clean()


@pytest.mark.parametrize("merge", ["ff", "squash"])
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param(
            "train.py",
            "`main` is checked out in `{tree}` with changes: commit or stash them first",
            id="changed",
        ),
        pytest.param(
            "feature.py",
            "the working tree `{tree}` of `main` is in the way: `git read-tree` failed: "
            "Untracked working tree file 'feature.py' would be overwritten by merge.",
            id="untracked-in-the-way",
        ),
    ],
)
def test_a_persons_changes_are_never_touched(
    desk: Desk, steps: Steps, merge: str, name: str, problem: str
) -> None:
    desk.ask(f"droid:coder merge:{merge} → /work commits\n")
    desk.folder.write({name: "mine\n"})
    record = desk.again()

    (step,) = steps(record)
    assert step.error == (
        f"`droid:coder`: not merged: {problem.format(tree=desk.path)}; `{desk.branch()}` is kept"
    )
    assert (desk.path / name).read_text() == "mine\n"
    assert desk.folder.git("log", "-1", "--format=%s", "main") == "Ask"


def test_a_branch_that_is_not_checked_out_is_moved_alone(desk: Desk, steps: Steps) -> None:
    desk.ask("droid:coder merge:squash → /work commits\n")
    desk.folder.git("checkout", "--quiet", "-b", "elsewhere")
    record = desk.again()

    assert [step.error for step in steps(record)] == [None]
    assert desk.folder.git("log", "-1", "--format=%s", "main") == "coder: /work commits"
    assert not (desk.path / "feature.py").exists()
    desk.check_clean()


def test_a_rebase_under_way_is_left_alone(desk: Desk, steps: Steps) -> None:
    desk.ask("droid:coder merge:ff → /work commits\n")
    (desk.path / ".git" / "rebase-merge").mkdir()
    (desk.path / ".git" / "rebase-merge" / "head-name").write_text("refs/heads/main\n")
    record = desk.again()

    (step,) = steps(record)
    assert step.error == (
        f"`droid:coder`: not merged: a rebase of `main` is under way in `{desk.path}`: "
        f"end it first; `{desk.branch()}` is kept"
    )


def test_in_a_clone_that_follows_a_remote_its_branch_is_moved(
    desk: Desk, make_folder: MakeFolder
) -> None:
    """The working tree of whoever runs the controller is not theirs to change."""
    hub = make_folder("hub", "--bare")
    desk.folder.git("remote", "add", "origin", str(hub.path))
    more = '[controller]\nremote = "origin"\nbranches = ["main"]\n'
    workflow = "droid:coder merge:squash → /work commits\n"
    files = {**desk.files, "workflows/main.wf": workflow, "wf.toml": desk.settings(more)}
    desk.folder.commit(files, "Ask")
    desk.folder.git("push", "--quiet", "--set-upstream", "origin", "main")

    done = subprocess.run(
        ["git-wf", "reconcile"], cwd=desk.path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert hub.git("log", "--format=%an: %s", "main") == "coder: coder: /work commits\nAda: Ask"
    (kept,) = hub.git("for-each-ref", "--format=%(refname)", "refs/wf/droids").splitlines()
    assert hub.git("log", "-1", "--format=%s", kept) == "Test the feature"
    assert desk.folder.git("log", "--format=%s", "main") == "Ask"
    assert not (desk.path / "feature.py").exists()
    desk.check_clean()
