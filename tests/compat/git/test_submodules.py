"""Submodules in worktrees: the files that git checks out there, from what is in the clone, or a refusal."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.gitlfs import needs_git_lfs

from gitwf.repo import worktree
from gitwf.repo.content import Conversions, obtain
from gitwf.repo.errors import GitError
from gitwf.repo.obstacle import obstacle
from gitwf.repo.snapshot import tree_of

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder

pytestmark = needs_git_lfs

NAMED = '[submodule "{}"]\n\tpath = lib\n\turl = {}\n'
ALLOWED = ("-c", "protocol.file.allow=always")


class Parts:
    """A repository with a submodule, which has one itself, and files of LFS; and a clone of all of it."""

    def __init__(self, make: MakeFolder) -> None:
        self.inner, self.lib, self.work = make("inner"), make("lib"), make("whole")
        self.inner.commit({"inner.py": "pass\n"})
        self.lib.git("lfs", "install", "--local")
        self.lib.write({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
        self.lib.write({"large.bin": b"large\n" * 1000, "tool.sh": "#!/bin/sh\n", "unix": "a\r\n"})
        (self.lib.path / "tool.sh").chmod(0o755)
        (self.lib.path / "link").symlink_to("unix")
        self.lib.git(*ALLOWED, "submodule", "--quiet", "add", str(self.inner.path), "deep/inner")
        self.lib.commit({})
        self.work.git(*ALLOWED, "submodule", "--quiet", "add", "--name", "a/b", self.url, "lib")
        self.work.git(*ALLOWED, "submodule", "--quiet", "update", "--init", "--recursive")
        self.commit = self.work.commit({"main.py": "pass\n"})

    @property
    def url(self) -> str:
        return f"file://{self.lib.path}"


@pytest.fixture
def parts(make_folder: MakeFolder) -> Parts:
    return Parts(make_folder)


def lay_out(clone: Folder, commit: str, place: Path) -> None:
    repository = clone.open()
    contents = obtain(repository, commit, Conversions(["lfs"]))
    worktree.add(repository, place, commit)
    contents.put(place)


def contents_of(root: Path) -> dict[str, tuple[bytes, int]]:
    paths = [p for p in sorted(root.rglob("*")) if p.is_file() and p.name != ".git"]
    inside = [p for p in paths if ".git" not in p.relative_to(root).parts]
    return {str(p.relative_to(root)): (p.read_bytes(), p.lstat().st_mode) for p in inside}


def test_files_are_those_that_git_checks_out(parts: Parts, tmp_path: Path) -> None:
    lay_out(parts.work, parts.commit, tmp_path / "w")
    lib = str(parts.work.path / "lib")
    parts.work.git("-C", lib, "lfs", "install", "--local")
    parts.work.git("-C", lib, "lfs", "pull")
    assert contents_of(tmp_path / "w") == contents_of(parts.work.path)
    assert (tmp_path / "w" / "lib" / "deep" / "inner" / "inner.py").exists()
    assert (tmp_path / "w" / "lib" / "link").is_symlink()
    assert (tmp_path / "w" / "lib" / "large.bin").stat().st_size == 6000
    assert parts.work.git("-C", str(tmp_path / "w"), "status", "--porcelain") == ""


def test_what_an_agent_leaves_is_a_commit_with_the_submodule_as_it_was(
    parts: Parts, tmp_path: Path
) -> None:
    lay_out(parts.work, parts.commit, tmp_path / "w")
    (tmp_path / "w" / "lib" / "new.txt").write_text("new\n")
    (tmp_path / "w" / "main.py").write_text("print()\n")
    tree = tree_of(parts.work.open(), tmp_path / "w", parts.commit)
    changed = parts.work.git("diff", "--name-status", parts.commit, tree)
    assert changed == "M\tmain.py"


def test_an_older_commit_has_the_older_files(parts: Parts, tmp_path: Path) -> None:
    parts.lib.commit({"new.py": "pass\n"})
    parts.work.git("-C", "lib", *ALLOWED, "pull", "--quiet", "origin", "main")
    lay_out(parts.work, parts.work.commit({}), tmp_path / "new")
    lay_out(parts.work, parts.commit, tmp_path / "old")
    assert (tmp_path / "new" / "lib" / "new.py").exists()
    assert not (tmp_path / "old" / "lib" / "new.py").exists()


def test_what_the_main_tree_has_of_it_does_not_matter(parts: Parts, tmp_path: Path) -> None:
    parts.work.git("submodule", "--quiet", "deinit", "--force", "lib")
    shutil.rmtree(parts.work.path / "lib")
    lay_out(parts.work, parts.commit, tmp_path / "w")
    assert (tmp_path / "w" / "lib" / "large.bin").stat().st_size == 6000


def refusal(clone: Folder, commit: str) -> str:
    return str(obstacle(clone.open(), commit, ["lfs"]))


def test_what_is_not_here_is_refused(parts: Parts, make_folder: MakeFolder) -> None:
    clone = make_folder("clone")
    clone.git("pull", "--quiet", "--no-recurse-submodules", str(parts.work.path), "main")
    at = parts.work.git("rev-parse", f"{parts.commit}:lib")[:10]
    said = (
        f"`lib` is a submodule, whose commit {at} is not here: "
        "`git submodule update --init --recursive lib` gets it"
    )
    assert refusal(clone, parts.commit) == said
    clone.git(*ALLOWED, "submodule", "--quiet", "update", "--init", "lib")
    nested = parts.lib.git("rev-parse", "HEAD:deep/inner")[:10]
    assert refusal(clone, parts.commit) == (
        f"`lib/deep/inner` is a submodule, whose commit {nested} is not here: "
        "`git submodule update --init --recursive lib` gets it"
    )
    clone.git(*ALLOWED, "submodule", "--quiet", "update", "--init", "--recursive", "lib")
    assert obstacle(clone.open(), parts.commit, ["lfs"]) is None
    assert str(obstacle(clone.open(), parts.commit, [])).startswith(
        "`lib/large.bin` is kept in LFS"
    )


def test_a_damaged_one_leaves_no_worktree(parts: Parts, tmp_path: Path) -> None:
    module = parts.work.path / ".git/modules/a/b"
    (pack,) = (module / "objects" / "pack").glob("*.pack")
    pack.rename(tmp_path / "pack")
    with (tmp_path / "pack").open() as stdin:
        words = ["git", "--git-dir", str(module), "unpack-objects", "-q"]
        subprocess.run(words, stdin=stdin, check=True)
    blob = parts.lib.git("rev-parse", "HEAD:tool.sh")
    (module / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitError):
        lay_out(parts.work, parts.commit, tmp_path / "w")
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    "name",
    ["../../../lib/.git", "..", ".", "/{lib}/.git", "a/../../../../lib/.git", "a\\..\\..", "a//b"],
)
def test_names_lead_nowhere_else(parts: Parts, tmp_path: Path, name: str) -> None:
    """The repository of the submodule is there, beside the clone."""
    spelt = name.format(lib=parts.lib.path).replace("\\", "\\\\")
    commit = parts.work.commit({".gitmodules": NAMED.format(spelt, f"ext::touch {tmp_path}/evil")})
    assert refusal(parts.work, commit).startswith("`lib` is a submodule, whose commit ")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("text", ["", "[submodule", "[include]\n\tpath = {}\n"])
def test_broken_gitmodules(parts: Parts, tmp_path: Path, text: str) -> None:
    (tmp_path / "more").write_text(NAMED.format("a/b", "x"))
    commit = parts.work.commit({".gitmodules": text.format(tmp_path / "more")})
    assert refusal(parts.work, commit).startswith("`lib` is a submodule, whose commit ")


def test_hooks_and_filters_of_a_submodule_are_not_run(parts: Parts, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    module = parts.work.path / ".git/modules/a/b"
    hook = module / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {evil}\n")
    hook.chmod(0o755)
    words = ["git", "--git-dir", str(module), "config", "core.fsmonitor", f"touch {evil}; false"]
    subprocess.run(words, check=True)
    lay_out(parts.work, parts.commit, tmp_path / "w")
    assert not evil.exists()
