"""Hooks of git: they poke a controller, call what was there before, and cost and harm nothing."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder
    from tests.e2e.conftest import Project, Start

FOREIGN = b'#!/bin/sh\necho theirs "$@" >> ledger\nexit 3\n\n# caf\xe9, and no line end'


@pytest.fixture
def pipe(project: Project) -> Iterator[int]:
    """The pipe that a running controller reads, held by the test instead."""
    path = project.path / ".git" / "wf" / "poke"
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR)
    yield descriptor
    os.close(descriptor)


def pokes(pipe: int) -> int:
    ready, _, _ = select.select([pipe], [], [], 0)
    return len(os.read(pipe, 100)) if ready else 0


def hook(project: Project, name: str = "post-commit") -> Path:
    return project.path / ".git" / "hooks" / name


def test_a_commit_and_a_merge_poke_from_every_worktree(project: Project, pipe: int) -> None:
    project.done("hooks", "install")
    project.commit({"a": "1"})
    assert pokes(pipe) == 1
    (project.path / "deep").mkdir()
    project.git("-C", "deep", "commit", "--quiet", "--allow-empty", "-m", "From below")
    assert pokes(pipe) == 1
    project.git("worktree", "add", "--quiet", "-b", "topic", "../topic")
    project.git("-C", "../topic", "commit", "--quiet", "--allow-empty", "-m", "Elsewhere")
    assert pokes(pipe) == 1
    project.git("merge", "--quiet", "topic")
    assert pokes(pipe) == 1


def test_a_hook_that_was_there_is_called_and_put_back_byte_for_byte(
    project: Project, pipe: int
) -> None:
    hook(project).write_bytes(FOREIGN)
    hook(project).chmod(0o755)
    before = hook(project).stat()
    assert project.wf("hooks", "install").err.splitlines() == [
        f"wrote `{hook(project)}`, which calls `post-commit.before-git-wf`",
        f"wrote `{hook(project, 'post-merge')}`",
        f"wrote `{hook(project, 'post-receive')}`",
    ]
    assert project.wf("hooks", "install").err == "nothing to do\n"
    project.commit({"a": "1"})
    assert pokes(pipe) == 1
    assert (project.path / "ledger").read_text() == "theirs\n"
    assert project.wf("hooks", "uninstall").err.splitlines() == [
        f"put back `{hook(project)}`, which was there before",
        f"deleted `{hook(project, 'post-merge')}`",
        f"deleted `{hook(project, 'post-receive')}`",
    ]
    after = hook(project).stat()
    assert hook(project).read_bytes() == FOREIGN
    assert (after.st_mode, after.st_ino, after.st_mtime_ns) == (
        before.st_mode,
        before.st_ino,
        before.st_mtime_ns,
    )
    assert [p.name for p in hook(project).parent.glob("*before*")] == []


def test_hooks_that_others_have_replaced_are_left_alone(project: Project) -> None:
    project.done("hooks", "install")
    hook(project).write_bytes(FOREIGN)
    project.done("hooks", "uninstall")
    assert hook(project).read_bytes() == FOREIGN


def test_the_folder_that_settings_name_counts(project: Project, pipe: int) -> None:
    project.git("config", "core.hooksPath", "my hooks")
    project.done("hooks", "install")
    assert (project.path / "my hooks" / "post-commit").exists()
    assert not hook(project).exists()
    project.commit({"a": "1"})
    assert pokes(pipe) == 1


@pytest.mark.parametrize("left", ["nothing", "pipe", "file"])
def test_without_a_controller_a_commit_is_as_ever(project: Project, left: str) -> None:
    """A controller that was killed leaves its pipe behind: nobody waits for it."""
    project.done("hooks", "install")
    place = project.path / ".git" / "wf" / "poke"
    place.parent.mkdir(exist_ok=True)
    if left == "pipe":
        os.mkfifo(place)
    elif left == "file":
        place.write_text("")
    done = subprocess.run(
        ["git", "commit", "--allow-empty", "--quiet", "-m", "Words"],
        cwd=project.path,
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_push_to_a_bare_repository_pokes(
    project: Project, make_folder: MakeFolder, start: Start
) -> None:
    bare = make_folder("hub", "--bare")
    bare.git("wf", "hooks", "install")
    project.git("remote", "add", "origin", str(bare.path))
    project.git("push", "--quiet", "origin", "main")
    controller = start("controller", cwd=bare.path)
    controller.says("watching")
    assert (bare.path / "wf" / "poke").is_fifo()
    controller.says("production now stands at run")
    controller.stop()
    assert not (bare.path / "wf" / "poke").exists()


def push(project: Project, to: Folder) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "push", "--quiet", str(to.path), "main"],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_push_that_breaks_a_workflow_is_refused(
    project: Project, make_folder: MakeFolder
) -> None:
    bare = make_folder("hub", "--bare")
    foreign = bare.path / "hooks" / "pre-receive"
    foreign.write_text("#!/bin/sh\ncat > moves\n[ ! -e closed ]\n")
    foreign.chmod(0o755)
    bare.git("wf", "hooks", "install", "--pre-receive")
    assert push(project, bare).returncode == 0
    head = project.git("rev-parse", "HEAD")
    assert (bare.path / "moves").read_text() == f"{'0' * 40} {head} refs/heads/main\n"
    project.commit({"workflows/other.wf": "on:commit\n/nowhere\n"}, "Break it")
    refused = push(project, bare)
    assert refused.returncode == 1
    assert (
        "remote: main: workflows/other.wf:2:1: WF202 unknown command `/nowhere`" in refused.stderr
    )
    bare.git("update-ref", "refs/heads/main", head)
    project.commit({"workflows/other.wf": "on:commit\n/echo mended\n"}, "Mend it")
    assert push(project, bare).returncode == 0
    (bare.path / "closed").touch()
    project.commit({"a": "1"})
    assert push(project, bare).returncode == 1
    bare.git("wf", "hooks", "uninstall")
    assert foreign.read_text() == "#!/bin/sh\ncat > moves\n[ ! -e closed ]\n"
