"""What is asked of the other machine is understood by every shell that may be `/bin/sh` there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import pytest
from tests.contract.files import Tree

if TYPE_CHECKING:
    from paramiko import Channel

    from gitwf.targets.ssh.connection import Connection

from gitwf.targets.job import TakenError
from gitwf.targets.ssh.bring import bring
from gitwf.targets.ssh.claim import Claim
from gitwf.targets.ssh.copying import get, put
from gitwf.targets.ssh.errors import FarError
from gitwf.targets.ssh.far import Far, Place
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.link import Link
from gitwf.targets.ssh.shell import Shell
from gitwf.targets.ssh.store import Sending

SHELLS = {"dash": "dash", "bash": "bash --posix", "busybox": "busybox sh"}


class Pipes:
    """A shell on this machine, with what a channel to another one has."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def exec_command(self, _: str) -> None:
        self._process = subprocess.Popen(
            [*self._command, "-s"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )

    def settimeout(self, _: float) -> None: ...

    def sendall(self, data: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def recv(self, size: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        return os.read(self._process.stdout.fileno(), size)

    def exit_status_ready(self) -> bool:
        return False

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()


class Near(Link):
    """The way to a shell on this machine: one, which is opened anew when it is spent."""

    def __init__(self, link: Link, command: list[str], environment: dict[str, str]) -> None:
        super().__init__(link.host, link._greeting, link._welcome)
        self._pipes = partial(Pipes, command, environment)

    def _opened(self) -> tuple[Shell, Connection]:
        shell = Shell(cast("Channel", self._pipes()), "near")
        shell.begin()
        self._welcome(shell.request(self._greeting))
        return shell, cast("Connection", _Always())


class _Always:
    sessions = 0

    def is_open(self) -> bool:
        return True


@pytest.fixture(params=list(SHELLS))
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Far]:
    """A folder that is looked after by one of the shells, with the programs that come with it."""
    program, *options = SHELLS[request.param].split()
    full = shutil.which(program)
    if full is None:
        pytest.skip(f"there is no {program} here")
    path = os.environ["PATH"]
    if program == "busybox":
        (tmp_path / "bin").mkdir()
        subprocess.run(["busybox", "--install", "-s", str(tmp_path / "bin")], check=True)
        path = str(tmp_path / "bin")
    (tmp_path / "home").mkdir()
    made = Far(Host("near", "nowhere", "me"), Place("~/wf dir", "repo"))
    near = Near(made.link, [full, *options], {"PATH": path, "HOME": str(tmp_path / "home")})
    near._connections.append(cast("Connection", _Always()))
    made.link = near
    yield made
    for shell, _ in near._idle:
        shell.close()


T = TypeVar("T")


def once(act: Callable[[], T]) -> T:
    return act()


def nothing() -> None: ...


def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_job(far: Far, tmp_path: Path) -> None:
    script = 'echo "$A"; echo err >&2; echo \'{}\' > "$WF_RESULT"; until [ -e go ]; do sleep 0.02; done; exit 7'
    far.prepare("1~2")
    assert far.look(["1~2", "none"])["none"].state == "nowhere"
    assert far.look(["1~2"])["1~2"].state == "new"
    for _ in range(2):  # the second starts nothing
        far.begin("1~2", str(tmp_path), ("/bin/sh", "-c", script), {"A": "it's $HOME\n"})
    until(lambda: far.look(["1~2"])["1~2"].out == 12)
    seen = far.look(["1~2"])["1~2"]
    assert (seen.state, seen.err) == ("alive", 4)
    assert far.members("1~2")
    (tmp_path / "go").touch()
    until(lambda: far.look(["1~2"])["1~2"].state == "ended")
    assert far.look(["1~2"])["1~2"].status == 7
    pieces: list[bytes] = []
    far.piece("jobs/1~2/out", 5, 3, pieces.append)
    assert b"".join(pieces) == b"$HO"
    far.settle("1~2")
    far.forget("1~2")
    assert far.look(["1~2"])["1~2"].state == "nowhere"


def test_many_that_prepare_a_job_at_once(far: Far) -> None:
    far.root()
    with ThreadPoolExecutor(8) as pool:
        for name in map(str, range(10)):
            for made in [pool.submit(far.prepare, name) for _ in range(8)]:
                made.result()
            job = Path(far.root()) / "jobs" / name
            assert [file.name for file in job.iterdir()] == ["exit.new"]


def test_a_job_that_is_prepared_again_keeps_what_is_known_of_its_end(far: Far) -> None:
    far.prepare("1")
    (Path(far.root()) / "jobs" / "1" / "exit.new").write_text("7  \n")
    far.prepare("1")
    assert far.look(["1"])["1"].status == 7


def test_the_highest_claim_counts(far: Far, tmp_path: Path) -> None:
    ada, ben = Claim("R", 9, "m:ada"), Claim("R", 10, "m:ben")
    assert far.claim(ada, "R-1").state == "nowhere"
    far.prepare("R-1", ada)
    far.begin("R-1", str(tmp_path), ("sleep", "100"), {}, ada)
    until(lambda: far.look(["R-1"], {"R-1": "R"})["R-1"].state == "alive")
    assert far.claim(ben, "R-1").holder == "m:ben"
    assert far.look(["R-1", "R-2"], {"R-1": "R", "R-2": "R"})["R-2"].holder == "m:ben"
    late: list[Callable[[], object]] = [
        lambda: far.claim(ada, "R-1"),
        lambda: far.prepare("R-2", ada),
        lambda: far.begin("R-1", "", ("true",), {}, ada),
        lambda: far.signal("R-1", "KILL", ada),
        lambda: far.settle("R-1", ada),
        lambda: far.forget("R-1", ada),
    ]
    for act in late:
        with pytest.raises(TakenError, match="another clone has taken over what runs on `near`"):
            act()
    seen = far.look(["R-1", "R-2"])
    assert (seen["R-1"].state, seen["R-2"].state) == ("alive", "nowhere")
    far.signal("R-1", "TERM", ben)
    until(lambda: far.look(["R-1"])["R-1"].status == 143)
    far.forget("R-1", ben)


def test_a_claim_with_the_same_number_is_that_of_the_first(far: Far) -> None:
    for _ in range(2):
        assert far.claim(Claim("R", 0, "m:ada"), "R-1").holder == "m:ada"
    with pytest.raises(TakenError):
        far.claim(Claim("R", 0, "m:ben"), "R-1")


def test_a_workspace_of_a_run_that_was_taken_over_is_left_alone(far: Far, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "tree")
    tree.write({"a": b"1"})
    ada, ben = Claim("R", 1, "m:ada"), Claim("R", 2, "m:ben")
    for claim in (ada, ben):
        far.claim(claim, "R-1")
    Sending(far).workspace("R-1", tree, tree.items(), once, nothing, ben)
    written = Path(far.root()) / "work" / "R-1" / "written"
    written.touch()
    with pytest.raises(TakenError):
        Sending(far).workspace("R-1", tree, tree.items(), once, nothing, ada)
    assert written.exists()


def test_a_job_is_ended(far: Far, tmp_path: Path) -> None:
    far.prepare("1")
    far.begin("1", str(tmp_path), ("/bin/sh", "-c", "sleep 100 & setsid sleep 100 & wait"), {})
    until(lambda: len(far.members("1")) >= 4)
    far.signal("1", "TERM")
    until(lambda: not far.members("1"))
    until(lambda: far.look(["1"])["1"].status == 143)


def test_a_job_that_is_killed_is_gone(far: Far, tmp_path: Path) -> None:
    far.prepare("1")
    far.begin("1", str(tmp_path), ("sleep", "100"), {})
    until(lambda: far.look(["1"])["1"].state == "alive")
    far.signal("1", "KILL")
    until(lambda: far.look(["1"])["1"].state == "gone")


def test_files_there_and_back(far: Far, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "tree")
    tree.write(
        {
            "a b/ü '\".txt": b"\x00\xff",
            "empty": b"",
            "run.sh": b"#!/bin/sh\n",
            "l" * 90 + "/" + "m" * 90: b"long",
        }
    )
    (tree.root / "run.sh").chmod(0o755)
    tree.add_link("link", "a b/ü '\".txt")
    sending = Sending(far)
    sending.workspace("1", tree, tree.items(), once, nothing)
    work = Path(far.root()) / "work" / "1"
    assert tree.seen(work) == tree.seen(tree.root)
    assert os.access(work / "run.sh", os.X_OK)
    assert (work / "empty folder").is_dir()
    (work / "out" / "deep").mkdir(parents=True)
    (work / "out" / "deep" / "x y'\".bin").write_bytes(bytes(range(256)))
    (work / "out" / "same").write_bytes(b"one")
    (work / "out" / "other").write_bytes(b"one")
    (work / "out" / "run").write_bytes(b"#!/bin/sh\n")
    (work / "out" / "run").chmod(0o755)
    (work / "file").write_bytes(b"")
    bring(far, "1", tree, ["out", "file", "missing"], tmp_path / "draft")
    assert tree.seen(tree.root / "out") == tree.seen(work / "out")
    assert (tree.root / "out" / "same").stat().st_nlink == 1
    assert os.access(tree.root / "out" / "run", os.X_OK)
    assert (tree.root / "file").read_bytes() == b""
    assert not (tree.root / "missing").exists()


def test_a_small_file_that_is_not_what_it_should_be_stays_out_of_the_store(
    far: Far, tmp_path: Path
) -> None:
    tree = Tree(tmp_path / "tree")
    tree.write({"a": b"sound", "b": b"sound too"})
    items = tree.items()
    tree.write({"b": b"spoiled!!"})
    changed = "`near`: files cannot be sent: a file changed on its way: try again"
    with pytest.raises(FarError, match=re.escape(changed)):
        Sending(far).workspace("1", tree, items, once, nothing)
    root = Path(far.root())
    assert [list((root / name).iterdir()) for name in ("objects", "incoming", "work")] == [[]] * 3
    Sending(far).workspace("1", tree, tree.items(), once, nothing)
    assert tree.seen(root / "work" / "1") == tree.seen(tree.root)
    assert list((root / "incoming").iterdir()) == []


def test_large_files_go_on_where_they_were(far: Far, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "tree")
    content = os.urandom(1 << 20) * 17
    tree.write({"large": content})
    (item,) = tree.items()
    far.root()
    (Path(far.root()) / "incoming" / item.content).write_bytes(content[: 1 << 20])
    Sending(far).workspace("1", tree, tree.items(), once, nothing)
    assert (Path(far.root()) / "work" / "1" / "large").read_bytes() == content
    (Path(far.root()) / "objects" / item.content).unlink()
    (Path(far.root()) / "incoming" / item.content).write_bytes(content * 2)
    Sending(far).workspace("1", tree, tree.items(), once, nothing)
    assert (Path(far.root()) / "work" / "1" / "large").read_bytes() == content


def test_copies(far: Far, tmp_path: Path) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "a b").write_bytes(b"1")
    put(far, tmp_path / "folder", "~/x/y")
    put(far, tmp_path / "folder" / "deep" / "a b", "x/")
    assert (tmp_path / "home" / "x" / "y" / "deep" / "a b").read_bytes() == b"1"
    assert (tmp_path / "home" / "x" / "a b").read_bytes() == b"1"
    get(far, "x/y", tmp_path / "got", tmp_path / "draft")
    assert (tmp_path / "got" / "deep" / "a b").read_bytes() == b"1"
    with pytest.raises(FarError, match="`near`: `x/z` is not there: there is no x/z"):
        get(far, "x/z", tmp_path / "got", tmp_path / "draft")


GUARDED = "until [ -e go ]; do sleep 0.02; done; mkdir -p out; echo 1 > out/a; echo 2 > b.txt"


def guarded(far: Far, limit: str, patience: str) -> Path:
    """Start a job with a guard, and return its workspace."""
    work = Path(far.root()) / "work" / "1"
    work.mkdir()
    far.prepare("1")
    far.watch(
        "1", str(work), limit, patience, f"touch '{far.root()}/orphaned'", "out", "b.txt", "missing"
    )
    far.begin("1", str(work), ("/bin/sh", "-c", GUARDED), {})
    return work


def test_the_guard_puts_away_what_nobody_comes_for(far: Far) -> None:
    work = guarded(far, "3600", "1")
    time.sleep(3)  # a running job is left alone, however long nobody looks
    assert work.exists()
    (work / "go").touch()
    until((Path(far.root()) / "orphaned").exists)
    assert not work.exists()
    outs = Path(far.root()) / "jobs" / "1" / "outs"
    assert sorted(str(p.relative_to(outs)) for p in outs.rglob("*")) == ["b.txt", "out", "out/a"]


def test_what_the_guard_put_away_is_brought(far: Far, tmp_path: Path) -> None:
    (guarded(far, "3600", "1") / "go").touch()
    until((Path(far.root()) / "orphaned").exists)
    tree = Tree(tmp_path / "tree")
    bring(far, "1", tree, ["out", "b.txt"], tmp_path / "draft")
    assert (tree.root / "out" / "a").read_text() == "1\n"


def test_the_guard_leaves_what_somebody_looks_at(far: Far) -> None:
    work = guarded(far, "3600", "2")
    (work / "go").touch()
    until(lambda: far.look(["1"])["1"].state == "ended")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        far.look(["1"])
        time.sleep(0.1)
    assert work.exists()
    far.forget("1")


def test_the_guard_ends_a_job_that_runs_too_long(far: Far) -> None:
    guarded(far, "1", "3600")
    until(lambda: far.look(["1"])["1"].status == 143)
    assert (
        Path(far.root()) / "jobs" / "1" / "err"
    ).read_text() == "git-wf: ended after 0 h (`max_hours`)\n"
    far.forget("1")
