"""Worktrees: files exactly as in the tree, whatever the repository's settings want."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo import worktree
from gitwf.repo.errors import GitError, StorageFullError

if TYPE_CHECKING:
    from tests.conftest import Folder, FullDisk, MakeFolder

FILES: dict[str, str | bytes] = {
    "unix": "a\nb\n",
    "dos": b"a\r\nb\r\n",
    "ident": "$Id$\n",
    "pointer": "version https://git-lfs.github.com/spec/v1\n",
    "d/e/f": "deep\n",
}


def _files(root: Path) -> dict[str, bytes]:
    paths = (p for p in root.rglob("*") if p.is_file() and p.name != ".git")
    return {str(p.relative_to(root)): p.read_bytes() for p in paths}


def test_files_are_those_of_the_tree(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit(FILES)
    worktree.add(folder.open(), tmp_path / "w", commit)
    expected = {p: c if isinstance(c, bytes) else c.encode() for p, c in FILES.items()}
    assert _files(tmp_path / "w") == expected


def test_conversions_and_filters_do_not_happen(folder: Folder, tmp_path: Path) -> None:
    folder.commit(FILES)
    attributes = (
        "unix eol=crlf\nident ident\npointer filter=lfs\nd/** working-tree-encoding=UTF-16\n"
    )
    folder.write({".gitattributes": attributes})
    folder.git("add", ".gitattributes")
    folder.git("commit", "--quiet", "--message", "Attributes")
    commit = folder.git("rev-parse", "HEAD")
    program = f"touch {tmp_path}/ran; cat"
    folder.git("config", "filter.lfs.smudge", program)
    folder.git("config", "filter.lfs.required", "true")
    folder.git("config", "core.autocrlf", "true")
    worktree.add(folder.open(), tmp_path / "w", commit)
    expected = {p: c if isinstance(c, bytes) else c.encode() for p, c in FILES.items()}
    assert _files(tmp_path / "w") == expected | {".gitattributes": attributes.encode()}
    assert not (tmp_path / "ran").exists()


def test_modes_and_links(folder: Folder, tmp_path: Path) -> None:
    folder.write({"run.sh": "#!/bin/sh\n"})
    (folder.path / "run.sh").chmod(0o755)
    (folder.path / "link").symlink_to("run.sh")
    commit = folder.commit({})
    worktree.add(folder.open(), tmp_path / "w", commit)
    assert (tmp_path / "w" / "run.sh").stat().st_mode & 0o111
    assert (tmp_path / "w" / "link").readlink() == Path("run.sh")


def test_git_knows_it_and_finds_it_clean(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit(FILES)
    worktree.add(folder.open(), tmp_path / "w", commit)
    assert f"{tmp_path}/w" in folder.git("worktree", "list")
    status = folder.git("-C", str(tmp_path / "w"), "status", "--porcelain", "--branch")
    assert status == "## HEAD (no branch)"


def test_the_main_tree_stays_as_it_is(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit({"a": "committed", "b": "b"})
    folder.write({"a": "dirty", "new": "staged"})
    folder.git("add", "new")
    before = folder.git("status", "--porcelain")
    worktree.add(folder.open(), tmp_path / "w", commit)
    assert folder.git("status", "--porcelain") == before
    assert _files(tmp_path / "w") == {"a": b"committed", "b": b"b"}


def test_the_first_ones_may_be_made_side_by_side(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit({"a": "1\n"})
    repository = folder.open()
    with ThreadPoolExecutor(8) as pool:
        paths = [tmp_path / str(number) for number in range(8)]
        list(pool.map(lambda path: worktree.add(repository, path, commit), paths))
    assert [(path / "a").read_text() for path in paths] == ["1\n"] * 8
    assert [path.name for path in repository.state_dir.glob("plain*")] == ["plain.git"]


def test_a_git_folder_that_was_half_made_is_made_anew(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit({"a": "1\n"})
    half = folder.path / ".git" / "wf" / "plain.git"
    half.mkdir(parents=True)
    (half / "config.lock").touch()
    worktree.add(folder.open(), tmp_path / "tree", commit)
    assert (tmp_path / "tree" / "a").read_text() == "1\n"


def test_in_a_bare_repository(folder: Folder, make_folder: MakeFolder) -> None:
    commit = folder.commit(FILES)
    bare = make_folder("bare.git", "--bare")
    folder.git("push", "--quiet", str(bare.path), "main")
    worktree.add(bare.open(), bare.path / "wf" / "w", commit)
    assert set(_files(bare.path / "wf" / "w")) == set(FILES)


@pytest.mark.parametrize("times", [1, 2])
def test_remove_takes_all_away(folder: Folder, tmp_path: Path, times: int) -> None:
    repository = folder.open()
    commit = folder.commit(FILES)
    worktree.add(repository, tmp_path / "w", commit)
    (tmp_path / "w" / "untracked").write_text("x")
    for _ in range(times):
        worktree.remove(repository, tmp_path / "w")
    assert not (tmp_path / "w").exists()
    assert folder.git("worktree", "list").splitlines()[1:] == []
    worktree.add(repository, tmp_path / "w", commit)


def test_prune_forgets_those_of_the_folder_only(folder: Folder, tmp_path: Path) -> None:
    repository = folder.open()
    commit = folder.commit(FILES)
    ours = tmp_path / "ours"
    for path in (ours / "dead", ours / "alive", tmp_path / "elsewhere"):
        worktree.add(repository, path, commit)
    shutil.rmtree(ours / "dead")
    shutil.rmtree(tmp_path / "elsewhere")
    assert worktree.prune(repository, ours) == [ours / "dead"]
    names = sorted(p.name for p in (folder.path / ".git" / "worktrees").iterdir())
    assert names == ["alive", "elsewhere"]


def test_a_full_disk_leaves_nothing(folder: Folder, tmp_path: Path, full_disk: FullDisk) -> None:
    commit = folder.commit({"big": "x" * 200_000})
    with full_disk(), pytest.raises(StorageFullError):
        worktree.add(folder.open(), tmp_path / "w", commit)
    assert not (tmp_path / "w").exists()
    assert folder.git("worktree", "list").splitlines()[1:] == []


def test_a_commit_that_is_not_there_leaves_nothing(folder: Folder, tmp_path: Path) -> None:
    folder.commit({})
    with pytest.raises(GitError):
        worktree.add(folder.open(), tmp_path / "w", "1" * 40)
    assert not (tmp_path / "w").exists()
    assert folder.git("worktree", "list").splitlines()[1:] == []


def test_a_worktree_that_moves_is_the_same_one(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit({"train.py": "print()\n"})
    repository = folder.open()
    worktree.add(repository, tmp_path / "w", commit)
    (tmp_path / "w" / "out.txt").write_text("made\n")
    worktree.move(tmp_path / "w", tmp_path / "moved")
    assert (tmp_path / "moved" / "out.txt").read_text() == "made\n"
    assert str(tmp_path / "moved") in folder.git("worktree", "list")
    assert folder.git("-C", str(tmp_path / "moved"), "status", "--porcelain") == "?? out.txt"
    worktree.remove(repository, tmp_path / "moved")
    assert len(folder.git("worktree", "list").splitlines()) == 1


def test_what_is_nested_deeper_than_python_can_call_itself_is_removed(
    folder: Folder, tmp_path: Path
) -> None:
    repository = folder.open()
    worktree.add(repository, tmp_path / "w", folder.commit(FILES))
    made = "for n in $(seq 1500); do mkdir n && cd n || exit 1; done; touch file"
    subprocess.run(["sh", "-c", made], cwd=tmp_path / "w", check=True)
    worktree.remove(repository, tmp_path / "w")
    assert not (tmp_path / "w").exists()
