"""The ids of a working tree's files are those that a commit of them would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.gitlfs import needs_git_lfs

from gitwf.repo.gitids import WorkingTree

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder

FILES: dict[str, str | bytes] = {
    "data/a.csv": "1\n",
    "data/a/b.txt": "b\n",
    "data/a-b": "sorts before the folder a\n",
    "data/ab\nc": "a line end in its name\n",
    "data/größe.bin": b"\x00\xff",
    "data/empty": "",
    "data/crlf.txt": "one\r\ntwo\r\n",
    ".gitattributes": "crlf.txt text eol=crlf\n",
    ".gitignore": "*.log\n",
}


@pytest.fixture(params=["sha1", "sha256"])
def work(make_folder: MakeFolder, request: pytest.FixtureRequest) -> Folder:
    """A commit of all kinds of files, of which nothing has changed."""
    folder = make_folder("work", f"--object-format={request.param}")
    folder.write(FILES)
    (folder.path / "data" / "run.sh").write_text("exit 0\n")
    (folder.path / "data" / "run.sh").chmod(0o755)
    (folder.path / "data" / "link").symlink_to("a.csv")
    (folder.path / "data" / "nowhere").symlink_to("a\tb")
    folder.commit({})
    return folder


def committed(folder: Folder) -> dict[str, str]:
    """Return the ids that a commit of everything has: of ``data``, and of all below it."""
    folder.git("add", "--all")
    folder.git("commit", "--quiet", "--allow-empty", "--message", "All")
    words = ("ls-tree", "-r", "-t", "-z", "HEAD", "data")
    rows = (row.partition("\t") for row in folder.git(*words).split("\0") if row)
    return {path: head.split()[2] for head, _, path in rows}


def seen(folder: Folder) -> dict[str, str | None]:
    """Return the same of the working tree, links to nowhere and all."""
    tree = WorkingTree(folder.path)
    found = sorted((folder.path / "data").rglob("*"))
    paths = ["data", *(path.relative_to(folder.path).as_posix() for path in found)]
    return {path: tree.id(path) for path in paths if not path.endswith(".log")}


def test_nothing_changed(work: Folder) -> None:
    assert seen(work) == committed(work)


def test_files_that_were_only_touched(work: Folder) -> None:
    for path in (work.path / "data").rglob("*.*"):
        path.touch()
    assert seen(work) == committed(work)


def test_what_was_changed_made_and_deleted(work: Folder) -> None:
    work.write({"data/a.csv": "2\n", "data/new/c.txt": "c\n", "data/crlf.txt": "three\r\n"})
    (work.path / "data" / "empty").unlink()
    (work.path / "data" / "a-b").chmod(0o755)
    (work.path / "data" / "link").unlink()
    (work.path / "data" / "link").symlink_to("a-b")
    now = seen(work)
    assert now == committed(work)


def test_what_git_ignores_is_not_of_its_folder_and_has_an_id(work: Folder) -> None:
    before = WorkingTree(work.path).id("data")
    work.write({"data/train.log": "1\n"})
    tree = WorkingTree(work.path)
    assert tree.id("data") == before
    assert "data/train.log" not in tree.files("data")
    assert [tree.is_ignored(f"data/{name}") for name in ("train.log", "a.csv", "new")] == [
        True,
        False,
        False,
    ]
    assert tree.id("data/train.log") == tree.id("data/a.csv")


def test_an_index_that_only_git_can_read(work: Folder) -> None:
    work.git("update-index", "--split-index")
    assert seen(work) == committed(work)


def test_what_is_not_there(work: Folder) -> None:
    (work.path / "hollow").mkdir()
    tree = WorkingTree(work.path)
    assert [tree.id(path) for path in ("nope", "data/a.csv/x", "hollow", "a\0b")] == [None] * 4


@needs_git_lfs
def test_files_of_lfs(folder: Folder) -> None:
    folder.git("lfs", "install", "--local")
    folder.write({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    folder.commit({"data/a.bin": "large\n", "data/empty.bin": "", "data/same.bin": "as it was\n"})
    folder.write({"data/a.bin": "larger\n", "data/b.bin": "new\n", "data/same.bin": "as it was\n"})
    now = seen(folder)
    assert now == committed(folder)


def test_a_filter_that_is_not_there_leaves_the_file_as_it_is(work: Folder) -> None:
    work.git("config", "filter.gone.clean", "false")
    work.git("config", "filter.gone.required", "true")
    work.write({".gitattributes": "*.csv filter=gone\n", "data/a.csv": "2\n"})
    found = WorkingTree(work.path).id("data/a.csv")
    assert found == work.git("hash-object", "--no-filters", "data/a.csv")


def test_a_submodule_counts_by_its_commit_until_its_files_change(make_folder: MakeFolder) -> None:
    lib, work = make_folder("lib"), make_folder("whole")
    commit = lib.commit({"a.py": "pass\n"})
    words = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    work.git(*words, f"file://{lib.path}", "data/lib")
    work.commit({"data/b.txt": "b\n"})
    tree = WorkingTree(work.path)
    assert (tree.submodule("data/lib/a.py"), tree.id("data/lib")) == ("data/lib", commit)
    assert tree.submodule("data/b.txt") is None
    assert tree.id("data") == work.git("rev-parse", "HEAD:data")
    work.write({"data/lib/a.py": "import os\n"})
    assert WorkingTree(work.path).submodule("data/lib/a.py") is None
