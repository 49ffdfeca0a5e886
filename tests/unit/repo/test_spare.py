"""The spare worktree: whatever a run did to its files, the next has those of its commit, as if made anew."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitwf.repo import spare, worktree

if TYPE_CHECKING:
    from tests.conftest import Folder

    from gitwf.repo.repository import Repository

MANY: dict[str, str | bytes] = {f"many/{n % 9}/{n}-{'x' * 200}": f"{n}\n" for n in range(300)}
"""Files enough for a worktree to be worth keeping."""

Deed = Callable[[Path], None]


def overwrite(tree: Path) -> None:
    (tree / "many/0").joinpath(next(iter(MANY)).rpartition("/")[2]).write_text("other\n")


def overwrite_unseen(tree: Path) -> None:
    """Change a file, but neither its size nor its time."""
    before = (tree / "params.yaml").stat()
    (tree / "params.yaml").write_text("rate: 9\n")
    os.utime(tree / "params.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))


def take_a_folder_away_and_link_to_it(tree: Path) -> None:
    """What git looks at through the link is as it was, to the inode."""
    (tree / "src").rename(tree.parent / f"{tree.name}-elsewhere")
    (tree / "src").symlink_to(tree.parent / f"{tree.name}-elsewhere")


def make_a_repository_inside(tree: Path) -> None:
    (tree / "src/.git").mkdir()
    (tree / "src/.git/config").write_text("[core]\n\tfsmonitor = touch evil\n")


def clone_beside(tree: Path) -> None:
    (tree / "lib/.git/objects").mkdir(parents=True)
    (tree / "lib/.git/HEAD").write_text("ref: refs/heads/main\n")


def replace_a_file_by_a_folder(tree: Path) -> None:
    (tree / "params.yaml").unlink()
    (tree / "params.yaml").mkdir()
    (tree / "params.yaml/x").touch()


def replace_a_folder_by_a_file(tree: Path) -> None:
    shutil.rmtree(tree / "src")
    (tree / "src").write_text("a file\n")


def point_a_link_elsewhere(tree: Path) -> None:
    (tree / "link").unlink()
    (tree / "link").symlink_to("..")


def leave_outs(tree: Path) -> None:
    (tree / "out/deep").mkdir(parents=True)
    (tree / "out/deep/model.bin").write_bytes(b"\0" * 999)
    (tree / "ignored.log").write_text("x")


def leave_a_fifo_and_a_dead_link(tree: Path) -> None:
    os.mkfifo(tree / "fifo")
    (tree / "dead").symlink_to("nowhere")


DEEDS: dict[str, Deed] = {
    deed.__name__: deed
    for deed in (
        overwrite,
        overwrite_unseen,
        take_a_folder_away_and_link_to_it,
        make_a_repository_inside,
        clone_beside,
        replace_a_file_by_a_folder,
        replace_a_folder_by_a_file,
        point_a_link_elsewhere,
        leave_outs,
        leave_a_fifo_and_a_dead_link,
    )
} | {
    "delete a folder": lambda tree: shutil.rmtree(tree / "many/3"),
    "make a file executable": lambda tree: (tree / "src/a.py").chmod(0o755),
    "lock a file": lambda tree: (tree / "params.yaml").chmod(0o400),
    "lock a folder": lambda tree: (tree / "src").chmod(0o500),
    "open a folder": lambda tree: (tree / "src").chmod(0o777),
    "make the top its own": lambda tree: tree.chmod(0o700),
    "give a file a second name": lambda tree: os.link(tree / "params.yaml", f"{tree}-params.yaml"),
}


def seen(tree: Path) -> dict[str, tuple[int, bytes]]:
    """Return each path below ``tree`` with its kind, its mode and its content."""
    found = {".": (tree.lstat().st_mode, b"")}
    for at, folders, files in os.walk(tree):
        for name in (*folders, *files):
            path = Path(at, name)
            mode, content = path.lstat().st_mode, b""
            if stat.S_ISLNK(mode):
                content = os.fsencode(path.readlink())
            elif stat.S_ISREG(mode) and path != tree / ".git":
                content = path.read_bytes()
            found[str(path.relative_to(tree))] = (mode, content)
    return found


@pytest.fixture
def commits(folder: Folder) -> tuple[str, str]:
    """Return two commits of a folder of many files; the second has changed, added and removed some."""
    files = MANY | {"params.yaml": "rate: 1\n", "src/a.py": "a\n", ".gitignore": "*.log\n"}
    folder.write(files)
    (folder.path / "link").symlink_to("src/a.py")
    folder.git("add", "--all")
    first = folder.commit(files)
    folder.git("rm", "-r", "--quiet", "many/5")
    return first, folder.commit({"src/b/c.py": "c\n", "src/a.py": "aa\n"})


def kept(repository: Repository, path: Path, commit: str, *deeds: Deed) -> None:
    """Lay ``commit`` out, do what a run does to its files, and put them by."""
    worktree.add(repository, path, commit)
    for deed in deeds:
        deed(path)
    assert spare.is_wanted(repository, path)
    spare.put_by(repository, path)
    assert not path.exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_what_a_run_did_does_not_reach_the_next(
    folder: Folder, commits: tuple[str, str], tmp_path: Path, deed: str
) -> None:
    repository = folder.open()
    for number, commit in enumerate(commits):
        worktree.add(repository, fresh := tmp_path / f"fresh-{number}", commit)
        kept(repository, tmp_path / f"old-{number}", commits[0], DEEDS[deed])
        assert spare.take(repository, again := tmp_path / f"again-{number}", commit)
        assert seen(again) == seen(fresh)
        assert worktree.commit_of(again) == commit
        assert folder.git("-C", str(again), "status", "--porcelain", "--ignored") == ""
    listed = folder.git("worktree", "list", "--porcelain")
    assert "old" not in listed
    assert list(spare.places(repository)) == []


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(runs=st.lists(st.lists(st.sampled_from(sorted(DEEDS)), max_size=4), min_size=1, max_size=3))
def test_any_runs_one_after_another(
    folder: Folder, commits: tuple[str, str], tmp_path: Path, runs: list[list[str]]
) -> None:
    repository = folder.open()
    with TemporaryDirectory(dir=tmp_path) as place:
        worktree.add(repository, fresh := Path(place, "fresh"), commits[0])
        worktree.add(repository, at := Path(place, "0"), commits[0])
        for number, names in enumerate(runs, 1):
            for name in names:
                with suppress(OSError):  # another has taken away what it is about
                    DEEDS[name](at)
            spare.put_by(repository, at)
            at = Path(place, str(number))
            assert spare.take(repository, at, commits[0])
            assert seen(at) == seen(fresh)


def test_what_is_no_worktree_any_more_is_removed(
    folder: Folder, commits: tuple[str, str], tmp_path: Path
) -> None:
    repository = folder.open()
    worktree.add(repository, tmp_path / "w", commits[0])
    (tmp_path / "w" / ".git").unlink()
    assert not spare.is_wanted(repository, tmp_path / "w")
    spare.put_by(repository, tmp_path / "w")
    assert not (tmp_path / "w").exists()
    assert list(spare.places(repository)) == []


def test_small_worktrees_are_made_anew(folder: Folder, tmp_path: Path) -> None:
    commit = folder.commit({"a": "a\n"})
    worktree.add(folder.open(), tmp_path / "w", commit)
    assert not spare.is_wanted(folder.open(), tmp_path / "w")


def test_there_is_one_spare(folder: Folder, commits: tuple[str, str], tmp_path: Path) -> None:
    repository = folder.open()
    for name in ("a", "b"):
        worktree.add(repository, tmp_path / name, commits[0])
    spare.put_by(repository, tmp_path / "a")
    assert not spare.is_wanted(repository, tmp_path / "b")
    spare.put_by(repository, tmp_path / "b")
    assert not (tmp_path / "b").exists()
    assert [place.name for place in spare.places(repository)] == ["spare"]
    assert spare.take(repository, tmp_path / "c", commits[1])
    assert not spare.take(repository, tmp_path / "d", commits[1])


def test_a_spare_that_cannot_be_used_is_none(
    folder: Folder, commits: tuple[str, str], tmp_path: Path
) -> None:
    repository = folder.open()
    kept(repository, tmp_path / "a", commits[0])
    (place,) = spare.places(repository)
    (place / "index").write_bytes(b"DIRC, and then it was cut off")
    assert not spare.take(repository, tmp_path / "b", commits[0])
    assert not (tmp_path / "b").exists()
    assert list(spare.places(repository)) == []
    assert "/b" not in folder.git("worktree", "list", "--porcelain")
