"""The index as the installed git writes it, in each of its forms."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.index import Tracked, git_dir_of, tracked_paths

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder

FILES: dict[str, str | bytes] = {
    "train.py": "pass\n",
    "data/a.csv": "1\n",
    "data/a.csv.dvc": "outs: []\n",
    "data/grüße und \t Leer.txt": "x\n",
    f"{'deep/' * 40}{'n' * 200}": "a name of 400 bytes\n",
    **{f"shards/{n:05}.csv": f"{n}\n" for n in range(300)},
}


def feed(folder: Folder, text: str, *arguments: str) -> str:
    """Run git with ``text`` as its input, and return what it wrote."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder.path,
        input=text,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _tracked(folder: Folder) -> Tracked | None:
    git_dir = git_dir_of(folder.path)
    assert git_dir is not None
    return tracked_paths(git_dir)


def _by_git(folder: Folder) -> frozenset[str]:
    return frozenset(folder.git("ls-files", "-z").split("\0")) - {""}


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_versions(make_folder: MakeFolder, version: int, kind: str) -> None:
    folder = make_folder("work", f"--object-format={kind}")
    folder.git("config", "index.version", str(version))
    folder.commit(FILES)
    folder.write({"new.py": "pass\n"})
    folder.git("add", "--intent-to-add", "new.py")
    assert _tracked(folder) == Tracked(_by_git(folder))
    assert "new.py" in _by_git(folder)


def test_ten_thousand_files(folder: Folder) -> None:
    blob = feed(folder, "1\n", "hash-object", "-w", "--stdin")
    paths = {f"data/{n}/{n}.csv" for n in range(10_000)} | {f"{'n' * 4_095}/{'m' * 50}"}
    entries = "".join(f"100644 {blob}\t{path}\n" for path in paths)
    feed(folder, entries, "update-index", "--index-info")
    assert _tracked(folder) == Tracked(frozenset(paths))


def test_conflicts_are_tracked(folder: Folder) -> None:
    folder.commit({"a": "1\n"})
    folder.git("checkout", "--quiet", "-b", "other")
    folder.commit({"a": "2\n"})
    folder.git("checkout", "--quiet", "main")
    folder.commit({"a": "3\n", "b": "\n"})
    with pytest.raises(subprocess.CalledProcessError):
        folder.git("merge", "other")
    assert folder.git("ls-files", "--unmerged")
    assert _tracked(folder) == Tracked(frozenset({"a", "b"}))


def test_links_and_submodules_are_opaque(make_folder: MakeFolder) -> None:
    library = make_folder("library")
    library.commit({"model.py": "pass\n"})
    folder = make_folder("work")
    (folder.path / "latest").symlink_to("data")
    folder.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(library.path),
        "library",
    )
    folder.commit({"data/a.csv": "1\n"})
    assert _tracked(folder) == Tracked(
        frozenset({".gitmodules", "data/a.csv", "latest", "library"}),
        frozenset({"latest", "library"}),
    )
    inside = git_dir_of(folder.path / "library")
    assert inside is not None
    assert tracked_paths(inside) == Tracked(frozenset({"model.py"}))


@pytest.mark.parametrize("relative", ["true", "false"])
def test_a_linked_worktree_has_its_own(folder: Folder, tmp_path: Path, relative: str) -> None:
    folder.commit({"a": "1\n"})
    folder.git("config", "worktree.useRelativePaths", relative)
    folder.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = type(folder)(tmp_path / "linked")
    linked.write({"b": "2\n"})
    linked.git("add", "b")
    assert _tracked(linked) == Tracked(frozenset({"a", "b"}))
    assert _tracked(folder) == Tracked(frozenset({"a"}))


def test_what_was_added_since_is_seen(folder: Folder) -> None:
    assert _tracked(folder) == Tracked()
    for name in ("a", "b", "c"):
        folder.write({name: name})
        folder.git("add", name)
        assert _tracked(folder) == Tracked(_by_git(folder))


def test_what_only_git_knows(folder: Folder) -> None:
    folder.commit({"in/a": "1\n", "out/b": "2\n"})
    folder.git("update-index", "--split-index")
    assert _tracked(folder) is None
    folder.git("update-index", "--no-split-index")
    assert _tracked(folder) == Tracked(frozenset({"in/a", "out/b"}))
    folder.git("sparse-checkout", "set", "--cone", "--no-sparse-index", "in")
    assert _tracked(folder) == Tracked(frozenset({"in/a", "out/b"}))
    folder.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert _tracked(folder) is None


@pytest.mark.parametrize("keep", [0, 3, 12, 40, 80, 200, -21, -1])
def test_half_an_index(folder: Folder, keep: int) -> None:
    folder.commit({"a": "1\n", "b/c": "2\n"})
    index = folder.path / ".git" / "index"
    index.write_bytes(index.read_bytes()[:keep])
    assert _tracked(folder) is None


def test_no_working_tree_has_no_git_folder(tmp_path: Path) -> None:
    assert git_dir_of(tmp_path) is None
