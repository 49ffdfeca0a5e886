"""Files of LFS in worktrees: what git-lfs itself would check out, or nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.gitlfs import needs_git_lfs

from gitwf.repo import spare, worktree
from gitwf.repo.content import Conversions, obtain
from gitwf.repo.errors import GitError, StorageFullError
from gitwf.repo.snapshot import tree_of

if TYPE_CHECKING:
    from tests.conftest import Folder, FullDisk, MakeFolder

pytestmark = needs_git_lfs

LARGE = bytes(range(256)) * 2000
FILES: dict[str, str | bytes] = {
    ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    "large.bin": LARGE,
    "deep/er/ü\nname.bin": b"small\n",
    "empty.bin": b"",
    "plain.txt": "text\n",
}
LFS = Conversions(["lfs"])
LACKS = "the content of `{}` is not in this clone's LFS store"


def oid(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stored(clone: Folder, content: bytes) -> Path:
    name = oid(content)
    return clone.path / ".git" / "lfs" / "objects" / name[:2] / name[2:4] / name


class Hub:
    """A bare remote with a commit of LFS files, and a clone of it that has their pointers alone."""

    def __init__(self, make: MakeFolder) -> None:
        self.ada = make("ada")
        self.origin = make("origin.git", "--bare")
        self.ada.git("lfs", "install", "--local")
        self.ada.git("remote", "add", "origin", f"file://{self.origin.path}")
        self.ada.write(FILES)
        (self.ada.path / "large.bin").chmod(0o755)
        self.commit = self.push({})
        self.make = make

    def push(self, files: dict[str, str | bytes]) -> str:
        commit = self.ada.commit(files)
        self.ada.git("push", "--quiet", "origin", "main")
        return commit

    def clone(self, name: str = "ben") -> Folder:
        clone = self.make(name)
        clone.git("lfs", "install", "--local", "--skip-smudge")
        clone.git("remote", "add", "origin", f"file://{self.origin.path}")
        clone.git("pull", "--quiet", "origin", "main")
        assert (clone.path / "large.bin").read_bytes().startswith(b"version ")
        return clone


@pytest.fixture
def hub(make_folder: MakeFolder) -> Hub:
    return Hub(make_folder)


def lay_out(clone: Folder, commit: str, place: Path, conversions: Conversions = LFS) -> None:
    repository = clone.open()
    contents = obtain(repository, commit, conversions)
    worktree.add(repository, place, commit)
    contents.put(place)


def contents_of(root: Path) -> dict[str, tuple[bytes, bool]]:
    paths = (p for p in root.rglob("*") if p.is_file() and ".git" not in p.relative_to(root).parts)
    return {
        str(p.relative_to(root)): (p.read_bytes(), os.access(p, os.X_OK)) for p in sorted(paths)
    }


def test_files_are_those_that_git_lfs_checks_out(hub: Hub, tmp_path: Path) -> None:
    ben = hub.clone()
    lay_out(ben, hub.commit, tmp_path / "w")
    ben.git("lfs", "pull")
    assert contents_of(tmp_path / "w") == contents_of(ben.path) == contents_of(hub.ada.path)
    assert (tmp_path / "w" / "large.bin").stat().st_nlink == 1


def test_git_finds_nothing_changed_where_git_lfs_is_set_up(hub: Hub, tmp_path: Path) -> None:
    lay_out(hub.ada, hub.commit, tmp_path / "w")
    assert hub.ada.git("-C", str(tmp_path / "w"), "status", "--porcelain") == ""


def test_what_is_written_there_changes_nothing_in_the_store(hub: Hub, tmp_path: Path) -> None:
    lay_out(hub.ada, hub.commit, tmp_path / "w")
    with (tmp_path / "w" / "large.bin").open("r+b") as file:
        file.write(b"in place")
    assert stored(hub.ada, LARGE).read_bytes() == LARGE


def test_in_a_bare_repository(hub: Hub, make_folder: MakeFolder, tmp_path: Path) -> None:
    bare = make_folder("server.git", "--bare")
    bare.git("remote", "add", "origin", f"file://{hub.origin.path}")
    bare.git("fetch", "--quiet", "origin", "main:main")
    lay_out(bare, hub.commit, tmp_path / "w")
    assert contents_of(tmp_path / "w") == contents_of(hub.ada.path)


def test_a_store_elsewhere(hub: Hub, tmp_path: Path) -> None:
    ben = hub.clone()
    ben.git("config", "lfs.storage", str(tmp_path / "elsewhere"))
    shutil.copytree(hub.ada.path / ".git" / "lfs", tmp_path / "elsewhere")
    lay_out(ben, hub.commit, tmp_path / "w")
    assert contents_of(tmp_path / "w") == contents_of(hub.ada.path)
    assert not stored(ben, LARGE).exists()


def test_what_is_here_is_not_fetched(hub: Hub, tmp_path: Path) -> None:
    shutil.rmtree(hub.origin.path)
    lay_out(hub.ada, hub.commit, tmp_path / "w")
    assert (tmp_path / "w" / "large.bin").read_bytes() == LARGE


def test_settings_of_what_to_leave_out_are_for_people(hub: Hub, tmp_path: Path) -> None:
    ben = hub.clone()
    ben.git("config", "lfs.fetchexclude", "*")
    lay_out(ben, hub.commit, tmp_path / "w")
    assert (tmp_path / "w" / "large.bin").read_bytes() == LARGE


def test_who_is_told_to_stop_ends_the_fetch(hub: Hub, tmp_path: Path) -> None:
    """A remote that does not answer: `git-lfs` asks for its credentials, and whoever gives them waits."""
    ben = hub.clone()
    asked = tmp_path / "asked"
    ben.git("config", "lfs.url", "http://127.0.0.1:1/lfs")
    ben.git("config", "lfs.concurrenttransfers", "1")
    ben.git("config", "credential.helper", f"!touch {asked}; exec sleep 600")
    ben.git("config", "lfs.http://127.0.0.1:1/lfs.access", "basic")

    @contextmanager
    def listening(act: Callable[[], None]) -> Iterator[None]:
        def stop() -> None:
            deadline = time.monotonic() + 60
            while not asked.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            act()

        stopping = threading.Thread(target=stop)
        stopping.start()
        yield
        stopping.join()

    with pytest.raises(GitError, match="`git lfs fetch` failed"):
        obtain(ben.open(), hub.commit, LFS, listening)
    assert asked.exists()


def test_the_files_of_an_earlier_run_are_made_anew(hub: Hub, tmp_path: Path) -> None:
    """Git finds that nothing was changed there, where the content fits the pointer."""
    commit = hub.push({f"d/{number}": "x" for number in range(1200)})
    lay_out(hub.ada, commit, tmp_path / "old")
    assert hub.ada.git("-C", str(tmp_path / "old"), "status", "--porcelain") == ""
    (tmp_path / "old" / "deep/er/ü\nname.bin").write_bytes(b"spoilt")
    repository = hub.ada.open()
    assert spare.is_wanted(repository, tmp_path / "old")
    spare.put_by(repository, tmp_path / "old")
    next_commit = hub.push({"large.bin": LARGE[1:]})
    for at, name in ((next_commit, "next"), (commit, "again")):
        contents = obtain(repository, at, LFS)
        taken = spare.take(repository, tmp_path / name, at)
        assert taken == (name == "next")
        if not taken:
            worktree.add(repository, tmp_path / name, at)
        contents.put(tmp_path / name)
    assert (tmp_path / "next" / "large.bin").read_bytes() == LARGE[1:]
    assert (tmp_path / "next" / "deep/er/ü\nname.bin").read_bytes() == b"small\n"
    assert (tmp_path / "again" / "large.bin").read_bytes() == LARGE


def refused(clone: Folder, commit: str, place: Path, conversions: Conversions = LFS) -> str:
    with pytest.raises(GitError) as raised:
        lay_out(clone, commit, place, conversions)
    assert not place.exists()
    assert clone.git("worktree", "list").splitlines()[1:] == []
    return str(raised.value)


def test_not_asked_for(hub: Hub, tmp_path: Path) -> None:
    assert refused(hub.ada, hub.commit, tmp_path / "w", Conversions()) == (
        "`deep/er/ü\nname.bin` is kept in LFS, and its pointer alone would be played: "
        'set `filters = ["lfs"]` in `[workspace]` of `wf.toml`'
    )


def test_the_remote_has_it_not(hub: Hub, tmp_path: Path) -> None:
    ben = hub.clone()
    name = oid(LARGE)
    (hub.origin.path / "lfs" / "objects" / name[:2] / name[2:4] / name).unlink()
    said = refused(ben, hub.commit, tmp_path / "w")
    lacks = LACKS.format("deep/er/ü\nname.bin") + ", nor are those of 1 more"
    assert said.startswith(f"{lacks}, and `git lfs fetch` failed: ")
    assert name in said


@pytest.mark.parametrize("remote", [None, "origin", "elsewhere", "ext::sh -c false"])
def test_without_the_remote(hub: Hub, tmp_path: Path, remote: str | None) -> None:
    ben = hub.clone()
    ben.git("remote", "remove", "origin")
    said = refused(ben, hub.commit, tmp_path / "w", Conversions(["lfs"], remote))
    lacks = LACKS.format("deep/er/ü\nname.bin") + ", nor are those of 1 more"
    assert said == f"{lacks}: `git remote add {remote or 'origin'} …` says where to fetch it from"


def test_without_git_lfs(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ben = hub.clone()
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git") or "")
    ben.git("config", "alias.lfs", f"!touch {tmp_path}/evil")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(programs))
        said = refused(ben, hub.commit, tmp_path / "w")
    lacks = LACKS.format("deep/er/ü\nname.bin") + ", nor are those of 1 more"
    assert said == f"{lacks}: install `git-lfs`, which fetches it"
    assert not (tmp_path / "evil").exists()


def test_a_damaged_object(hub: Hub, tmp_path: Path) -> None:
    place = stored(hub.ada, LARGE)
    place.unlink()  # git-lfs has linked it to the one of the remote
    place.write_bytes(LARGE[:-1] + b"x")
    assert refused(hub.ada, hub.commit, tmp_path / "w") == (
        "the object of `large.bin` in this clone's LFS store is damaged: "
        "`git lfs fsck --objects` takes it away, and then it is fetched anew"
    )
    hub.ada.git("config", "lfs.fsckobjects", "true")
    with pytest.raises(Exception, match="returned non-zero"):
        hub.ada.git("lfs", "fsck", "--objects")
    lay_out(hub.ada, hub.commit, tmp_path / "w")
    assert (tmp_path / "w" / "large.bin").read_bytes() == LARGE


def test_a_part_of_an_object_is_fetched_anew(hub: Hub, tmp_path: Path) -> None:
    place = stored(hub.ada, LARGE)
    place.unlink()  # git-lfs has linked it to the one of the remote
    place.write_bytes(LARGE[:1000])
    lay_out(hub.ada, hub.commit, tmp_path / "w")
    assert (tmp_path / "w" / "large.bin").read_bytes() == LARGE


def test_a_full_disk(hub: Hub, tmp_path: Path, full_disk: FullDisk) -> None:
    with full_disk(), pytest.raises(StorageFullError):
        lay_out(hub.ada, hub.commit, tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_what_is_a_pointer_and_not_of_lfs_stays_as_it_is(hub: Hub, tmp_path: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid(LARGE)}\nsize 1\n"
    commit = hub.ada.commit({"pointer.txt": pointer, "real.bin": pointer + "not one\n"})
    lay_out(hub.ada, commit, tmp_path / "w")
    assert (tmp_path / "w" / "pointer.txt").read_text() == pointer
    assert (tmp_path / "w" / "real.bin").read_text() == pointer + "not one\n"


def test_what_was_changed_becomes_a_tree_as_git_lfs_makes_it(hub: Hub, tmp_path: Path) -> None:
    """A commit of what an agent has left: never of the contents themselves."""
    commit = hub.push({"gone.bin": b"gone", "link.bin": b"link", "folder.bin": b"folder"})
    ben = hub.clone()
    lay_out(ben, commit, tmp_path / "w")
    assert tree_of(ben.open(), tmp_path / "w", commit) == ben.git("rev-parse", f"{commit}^{{tree}}")
    for root in (tmp_path / "w", hub.ada.path):
        (root / "large.bin").write_bytes(LARGE[1:])
        (root / "deep/er/ü\nname.bin").chmod(0o755)
        (root / "plain.txt").write_text("changed\n")
        (root / "new.txt").write_text("new\n")
        for name in ("gone.bin", "link.bin", "folder.bin"):
            (root / name).unlink()
        (root / "link.bin").symlink_to("plain.txt")
        (root / "folder.bin").mkdir()
        (root / "folder.bin" / "a.txt").touch()
    tree = tree_of(ben.open(), tmp_path / "w", commit)
    hub.ada.git("add", "--all")
    assert ben.git("ls-tree", "-r", tree) == hub.ada.git("ls-tree", "-r", hub.ada.git("write-tree"))
    assert stored(ben, LARGE[1:]).read_bytes() == LARGE[1:]


class Asked(BaseHTTPRequestHandler):
    """A server that somebody would like to be spoken with."""

    def do_POST(self) -> None:
        self.server.told.append(self.path)  # type: ignore[attr-defined]
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def stranger() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        server.told = []  # type: ignore[attr-defined]
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("believed", [False, True], ids=["of a commit", "of HEAD"])
def test_whose_lfsconfig_directs_requests(
    hub: Hub, tmp_path: Path, stranger: ThreadingHTTPServer, *, believed: bool
) -> None:
    ben = hub.clone()
    address = f"http://127.0.0.1:{stranger.server_port}/lfs"
    commit = hub.push({".lfsconfig": f"[lfs]\n\turl = {address}\n"}) if not believed else hub.commit
    ben.git("fetch", "--quiet", "origin")
    told: list[str] = stranger.told  # type: ignore[attr-defined]
    told.clear()  # Ada has told it of her push
    if not believed:
        lay_out(ben, commit, tmp_path / "w")
        assert told == []
        return
    ben.commit({".lfsconfig": f"[lfs]\n\turl = {address}\n"})
    assert "failed to fetch" in refused(ben, commit, tmp_path / "w")
    assert told == ["/lfs/objects/batch"]
