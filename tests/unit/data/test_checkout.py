from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.data.checkout import checkout_entries, restorable
from gitwf.data.errors import MissingObjectError, UnsupportedError
from gitwf.data.execute import Saved
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.plan.stage import Out, Stage

Write = Callable[[dict[str, str | bytes]], None]
Execute = Callable[[Stage], Saved]
Past = tuple[str, dict[str, Stage | str]]
ONE = Stage("one", "cp in.txt a", deps=("in.txt",), outs=(Out("a"), Out("sub/b"), Out("sub/c")))
TWO = Stage("two", "cp a two", wdir="sub", deps=("../a",), outs=(Out("d"),))


@pytest.fixture
def past(root: Path, write: Write, execute: Execute) -> Past:
    """Return `dvc.lock` and the stages of a run, of which nothing but the cache is left."""
    write({"in.txt": "text", "sub/.keep": ""})
    for stage in (ONE, TWO):
        cmd = " && ".join(f"echo {out.path} > {out.path}" for out in stage.outs)
        execute(Stage(stage.name, cmd, stage.wdir, stage.deps, outs=stage.outs))
    lock = (root / "dvc.lock").read_text()
    for name in ("a", "dvc.lock", ".gitignore"):
        (root / name).unlink()
    shutil.rmtree(root / "sub")
    return lock, {"one": ONE, "two": TWO}


@pytest.mark.parametrize(
    ("paths", "placed"),
    [
        (None, ["a", "sub/b", "sub/c", "sub/d"]),
        (["a"], ["a"]),
        (["sub/"], ["sub/b", "sub/c", "sub/d"]),
        (["./sub/b", "nothing"], ["sub/b"]),
        (["."], ["a", "sub/b", "sub/c", "sub/d"]),
        (["su"], []),
    ],
)
def test_outs_that_are_asked_for_come_back(
    root: Path, past: Past, paths: list[str] | None, placed: list[str]
) -> None:
    assert checkout_entries(Project.open(root), *past, paths) == placed
    found = [path for path in ("a", "sub/b", "sub/c", "sub/d") if (root / path).exists()]
    assert found == placed


def test_the_stages_are_merged_into_what_is_there(root: Path, write: Write, past: Past) -> None:
    write({"dvc.yaml": "# mine\nstages:\n  one:\n    cmd: other\n  three:\n    cmd: c\n"})
    checkout_entries(Project.open(root), *past, ["a"])
    text = (root / "dvc.yaml").read_text()
    assert text.startswith("# mine\nstages:\n  one:\n    cmd: cp in.txt a\n")
    assert text.endswith("  three:\n    cmd: c\n")
    assert (root / ".gitignore").read_text() == "/a\n"
    assert "  one:\n" in (root / "dvc.lock").read_text()
    assert look(Project.open(root), ONE).missing_deps == ()


def test_nothing_is_changed_where_an_out_is_lost(root: Path, past: Past) -> None:
    project = Project.open(root)
    assert restorable(project, past[0])
    entry = project.lockfile().entry("one")
    assert entry is None
    for path in (root / ".dvc/cache/files").rglob("*"):
        if path.is_file() and path.read_text() == "a\n":
            path.unlink()
    found = restorable(project, past[0])
    assert not found
    assert found.missing == ("a",)
    with pytest.raises(MissingObjectError) as caught:
        checkout_entries(project, *past)
    assert caught.value.message == "`a` of this run: no longer in the cache"
    assert not (root / "sub").exists()
    assert not (root / "dvc.yaml").exists()


def test_a_stage_that_needs_dvc_itself_is_refused(root: Path, past: Past) -> None:
    with pytest.raises(UnsupportedError) as caught:
        checkout_entries(Project.open(root), past[0], {"one": "it is odd"})
    assert str(caught.value) == "stage `one`: it is odd (`dvc checkout` can restore it)"


def test_a_person_s_own_stages_are_left_as_they_are(root: Path, write: Write, past: Past) -> None:
    write({"dvc.yaml": "stages:\n  one:\n    cmd: mine\n"})
    assert checkout_entries(Project.open(root), *past, own=["one", "two"]) == [
        *("a", "sub/b", "sub/c", "sub/d")
    ]
    assert (root / "dvc.yaml").read_text() == "stages:\n  one:\n    cmd: mine\n"
    assert list(Project.open(root).lockfile().entries()) == ["one", "two"]
