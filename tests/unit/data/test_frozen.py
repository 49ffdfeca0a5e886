"""Stages that are never executed, and stages that always are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gitwf.data.errors import MissingObjectError
from gitwf.data.execute import Saved, restore
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.plan.stage import Out, Stage

Write = Callable[[dict[str, str | bytes]], None]
Execute = Callable[[Stage], Saved]
MADE = Stage("s", "cp dep out", deps=("dep",), outs=(Out("out"),))
FROZEN = msgspec.structs.replace(MADE, frozen=True)


@pytest.fixture
def lock(root: Path, write: Write, execute: Execute) -> Path:
    """The lock file behind an execution of the stage, before it was frozen and its dep changed."""
    write({"dep": "old"})
    execute(MADE)
    write({"dep": "new"})
    return root / "dvc.lock"


def test_what_a_frozen_stage_read_is_of_no_account(project: Project, lock: Path) -> None:
    before = lock.read_text()
    seen = look(project, FROZEN)
    restore(project, FROZEN, seen)
    assert (seen.reason, seen.unchanged) == ("it is frozen", True)
    assert lock.read_text() == before


def test_outs_of_a_frozen_stage_come_back(project: Project, root: Path, lock: Path) -> None:
    before = lock.read_text()
    (root / "out").unlink()
    restore(project, FROZEN, look(project, FROZEN))
    assert (root / "out").read_text() == "old"
    assert lock.read_text() == before


def test_outs_that_a_person_changed_are_taken_as_they_are(
    project: Project, root: Path, write: Write, lock: Path
) -> None:
    write({"out": "by hand"})
    seen = look(project, FROZEN)
    restore(project, FROZEN, seen)
    assert seen.reason == "it is frozen: its outs are taken as they are"
    assert (root / "out").read_text() == "by hand"
    entry = project.lockfile().entry("s")
    assert entry == seen.entry
    assert entry is not None
    assert project.cache.has(entry.outs[0].content)
    assert lock.exists()


def test_a_frozen_stage_without_its_outs_is_said(
    project: Project, root: Path, write: Write
) -> None:
    write({"dep": "a"})
    with pytest.raises(MissingObjectError) as caught:
        look(project, FROZEN)
    assert str(caught.value) == (
        "`s` is frozen, and its outs are not all there "
        "(`dvc pull` brings them, and without `frozen` they are made anew)"
    )
    assert not (root / "dvc.lock").exists()


def test_a_stage_may_always_be_executed(
    project: Project, root: Path, write: Write, execute: Execute
) -> None:
    always = msgspec.structs.replace(MADE, always_changed=True)
    write({"dep": "a"})
    execute(always)
    seen = look(project, always)
    assert (seen.entry, seen.key, seen.reason) == (None, None, "it is `always_changed`")
    assert not (root / ".dvc" / "cache" / "runs").exists()
