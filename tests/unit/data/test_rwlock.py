"""The paths that running commands use, in the file where `dvc` looks for them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from gitwf.data.errors import LockedError
from gitwf.data.rwlock import RwLock

LONG = 60.0
RUN = "17"
WHO = f"git wf run {RUN}"


@pytest.fixture
def other() -> int:
    """The id of a live process that is not this one."""
    return os.getppid()


@pytest.fixture
def dead() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def entries(folder: Path) -> object:
    return msgspec.json.decode((folder / "rwlock").read_bytes())


def write(folder: Path, pid: int, cmd: str = "dvc repro") -> None:
    held = {"pid": pid, "cmd": cmd}
    content = {"write": {"/p/model": held}, "read": {"/p/data": [held]}}
    (folder / "rwlock").write_bytes(msgspec.json.encode(content))


def test_entries_stand_while_the_command_runs(tmp_path: Path) -> None:
    lock = RwLock(tmp_path)
    held = {"pid": os.getpid(), "cmd": WHO}
    with lock.busy(RUN, read=[Path("/p/data")], write=[Path("/p/a")]):
        with lock.busy(RUN, read=[Path("/p/data")], write=[Path("/p/b")]):
            assert entries(tmp_path) == {
                "write": {"/p/a": held, "/p/b": held},
                "read": {"/p/data": [held, held]},
            }
        assert entries(tmp_path) == {"write": {"/p/a": held}, "read": {"/p/data": [held]}}
    assert entries(tmp_path) == {"write": {}, "read": {}}


def test_they_go_where_the_command_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="failed"),
        RwLock(tmp_path).busy(RUN, read=[], write=[Path("/p/a")]),
    ):
        raise ValueError("failed")
    assert entries(tmp_path) == {"write": {}, "read": {}}


@pytest.mark.parametrize(
    ("read", "written", "path"),
    [
        ("/p/model", "/p/x", "/p/model"),
        ("/p/model/part", "/p/x", "/p/model"),
        ("/p/x", "/p", "/p/model"),
        ("/p/x", "/p/data", "/p/data"),
    ],
)
def test_a_path_that_another_process_uses_is_waited_for(
    tmp_path: Path, other: int, read: str, written: str, path: str
) -> None:
    write(tmp_path, other)
    lock = RwLock(tmp_path)
    with (
        pytest.raises(LockedError) as caught,
        lock.busy(RUN, read=[Path(read)], write=[Path(written)], deadline=0),
    ):
        pass
    assert str(caught.value) == (
        f"process {other} (`dvc repro`) uses `{path}` (wait for it, or end it)"
    )
    threading.Timer(0.2, (tmp_path / "rwlock").unlink).start()
    with lock.busy(RUN, read=[Path(read)], write=[Path(written)], deadline=LONG):
        pass


def test_what_another_process_leaves_alone_is_free(tmp_path: Path, other: int) -> None:
    write(tmp_path, other)
    before = entries(tmp_path)
    with RwLock(tmp_path).busy(RUN, read=[Path("/p/data")], write=[Path("/p/x")], deadline=0):
        pass
    assert entries(tmp_path) == before


def test_who_died_holds_nothing(tmp_path: Path, dead: int) -> None:
    write(tmp_path, dead)
    with RwLock(tmp_path).busy(RUN, read=[], write=[Path("/p/data")], deadline=0):
        pass
    assert entries(tmp_path) == {"write": {}, "read": {}}


def test_what_an_earlier_playing_left_is_forgotten(tmp_path: Path, other: int) -> None:
    write(tmp_path, other, WHO)
    RwLock(tmp_path).forget("18")
    assert entries(tmp_path) != {"write": {}, "read": {}}
    RwLock(tmp_path).forget(RUN)
    assert entries(tmp_path) == {"write": {}, "read": {}}


@pytest.mark.parametrize(("cmd", "stays"), [("git wf run 18", False), ("dvc repro", True)])
def test_runs_that_died_are_forgotten_and_others_left_alone(
    tmp_path: Path,
    dead: int,
    cmd: str,
    stays: bool,  # noqa: FBT001
) -> None:
    write(tmp_path, dead, cmd)
    RwLock(tmp_path).forget(RUN)
    assert (entries(tmp_path) != {"write": {}, "read": {}}) is stays


def test_threads_lose_no_entry(tmp_path: Path) -> None:
    lock, together = RwLock(tmp_path), threading.Barrier(16, timeout=LONG)

    def use(path: Path) -> None:
        with lock.busy(RUN, read=[Path("/p/data")], write=[path]):
            together.wait()

    threads = [threading.Thread(target=use, args=(Path(f"/p/{n}"),)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert entries(tmp_path) == {"write": {}, "read": {}}
