"""What every target promises of a job that ends by itself: its status, its output, what it is given."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.errors import StorageFullError
from gitwf.targets.job import Exit, JobSpec, Streams, Target

if TYPE_CHECKING:
    from tests.contract.conftest import MakeSpec, Shell, Until


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("true", 0),
        ("exit 1", 1),
        ("exit 255", 255),
        ("no-such-program-anywhere", 127),
        ("./", 126),
        ("kill -TERM $$", 128 + signal.SIGTERM),
        ("kill -KILL $$", 128 + signal.SIGKILL),
        ("kill -USR1 $$", 128 + signal.SIGUSR1),
    ],
)
def test_the_exit_status(shell: Shell, script: str, status: int) -> None:
    assert shell(script).wait() == Exit(status)


def test_a_program_that_is_not_there_says_so(target: Target, tmp_path: Path) -> None:
    job = target.start(tmp_path / "1", JobSpec(("./nothing",), str(tmp_path), {}))
    assert job.wait() == Exit(127)
    assert "nothing" in job.folder.tail("err")


def test_a_folder_that_cannot_be_entered(target: Target, tmp_path: Path) -> None:
    job = target.start(tmp_path / "1", JobSpec(("true",), str(tmp_path / "nowhere"), {}))
    assert job.wait() == Exit(126)
    assert "nowhere" in job.folder.tail("err")


def test_arguments_are_not_read_by_a_shell(target: Target, tmp_path: Path) -> None:
    words = ("a b", "$HOME", "`id`", "'", '"', "*", "", "-n", "ü → \n x", "\\")
    argv = (sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", *words)
    job = target.start(tmp_path / "a $(job)", JobSpec(argv, str(tmp_path), dict(os.environ)))
    assert job.wait() == Exit(0)
    assert job.folder.out.read_text() == f"{list(words)!a}\n"


def test_output_is_kept_to_the_byte(shell: Shell) -> None:
    job = shell(r"printf '\000\377\r\n\001no line end'; printf 'e\377' >&2")
    assert job.wait() == Exit(0)
    assert job.folder.out.read_bytes() == b"\x00\xff\r\n\x01no line end"
    assert job.folder.err.read_bytes() == b"e\xff"


def test_output_can_be_read_while_it_is_written(shell: Shell, until: Until, tmp_path: Path) -> None:
    job = shell("echo first; while [ ! -e go ]; do sleep 0.01; done; echo second")
    until(lambda: job.folder.read("out") == b"first\n", "the first line is there")
    assert job.folder.exit_status() is None
    (tmp_path / "go").touch()
    job.wait()
    assert job.folder.read("out", offset=6) == b"second\n"
    assert job.folder.tail("out", 4) == "ond\n"


@pytest.mark.usefixtures("here")
def test_the_environment_is_the_whole_environment(target: Target, tmp_path: Path) -> None:
    spec = JobSpec(("/usr/bin/env",), str(tmp_path), {"A": "1 → 2", "B": "x\ny"})
    job = target.start(tmp_path / "1", spec)
    job.wait()
    shown = set(job.folder.out.read_text().splitlines())
    assert {"A=1 → 2", "B=x", "y"} <= shown
    of_shells = {"PWD", "OLDPWD", "_", "SHLVL"}
    named = {line.partition("=")[0] for line in shown} - of_shells
    assert named == {"A", "B", "y", "WF_RESULT"}


def test_what_plays_the_command_changes_none_of_its_variables(
    target: Target, tmp_path: Path
) -> None:
    names = ("job", "directory", "output", "status", "pid", "out", "since", "boot", "stat", "tee")
    environment = {name: f"the {name} of the command" for name in names}
    job = target.start(tmp_path / "1", JobSpec(("/usr/bin/env",), str(tmp_path), environment))
    job.wait()
    shown = set(job.folder.out.read_text().splitlines())
    assert {f"{name}={value}" for name, value in environment.items()} <= shown


def test_the_target_names_the_result_file(shell: Shell) -> None:
    job = shell('echo 1 > "$WF_RESULT"')
    job.wait()
    assert job.folder.result.read_text() == "1\n"


@pytest.mark.usefixtures("here")
def test_standard_input_is_empty_or_a_pipe(target: Target, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"given\0")
    os.close(writing)
    spec = JobSpec(("/bin/cat",), str(tmp_path), {})
    empty = target.start(tmp_path / "1", spec)
    given = target.start(tmp_path / "2", spec, Streams(stdin=reading))
    os.close(reading)
    assert (empty.wait(), empty.folder.out.read_bytes()) == (Exit(0), b"")
    assert (given.wait(), given.folder.out.read_bytes()) == (Exit(0), b"given\0")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("kept", [False, True], ids=["alone", "and the file"])
def test_standard_output_into_a_pipe(target: Target, tmp_path: Path, kept: bool) -> None:  # noqa: FBT001
    reading, writing = os.pipe()
    spec = JobSpec(("/bin/sh", "-c", "echo out; exit 3"), str(tmp_path), dict(os.environ))
    job = target.start(tmp_path / "1", spec, Streams(stdout=writing, kept=kept))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"out\n"
    assert job.wait() == Exit(3)
    assert job.folder.read("out") == (b"out\n" if kept else b"")


@pytest.mark.usefixtures("here")
def test_what_keeps_the_pipe_open_is_ended_too(
    target: Target, spec: MakeSpec, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    script = "(trap '' TERM; touch ready; exec sleep 100) & until [ -e ready ]; do :; done; echo out; exit 3"
    job = target.start(tmp_path / "1", spec(script), Streams(stdout=writing, kept=True))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert job.wait() == Exit(3)
        assert pipe.read() == b"out\n"


def test_no_secret_is_in_the_folder(target: Target, tmp_path: Path) -> None:
    environment = {"WF_STEP": "1", "API_TOKEN": "hunter2"}
    spec = JobSpec(("true",), str(tmp_path), environment, secrets=frozenset(["API_TOKEN"]))
    job = target.start(tmp_path / "1", spec)
    job.wait()
    for path in job.folder.path.iterdir():
        assert b"hunter2" not in path.read_bytes()


LISTING = "import os; print(sorted(map(int, os.listdir('/dev/fd'))))"


def test_a_command_inherits_three_descriptors(target: Target, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "open", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(descriptor, True)  # noqa: FBT003
    try:
        argv = (sys.executable, "-c", LISTING)
        job = target.start(tmp_path / "1", JobSpec(argv, str(tmp_path), dict(os.environ)))
        job.wait()
    finally:
        os.close(descriptor)
    assert job.folder.out.read_text() == "[0, 1, 2, 3]\n", "3 is that of the listing itself"


def test_a_job_is_not_in_the_session_of_the_controller(shell: Shell) -> None:
    job = shell("ps -o pgid= -p $$")
    job.wait()
    assert int(job.folder.out.read_text()) != os.getpgid(0)


def test_a_job_that_closes_its_output_and_runs_on(shell: Shell, tmp_path: Path) -> None:
    job = shell("echo said; exec > /dev/null 2>&1; sleep 0.1; touch ended; exit 5")
    assert job.wait() == Exit(5)
    assert (tmp_path / "ended").exists()
    assert job.folder.read("out") == b"said\n"


@pytest.mark.usefixtures("here")
def test_a_job_that_deletes_its_folder(shell: Shell) -> None:
    job = shell('rm -rf "$(dirname "$WF_RESULT")"; exit 3')
    assert job.wait() == Exit(None)
    assert not job.folder.path.exists()


SPOILED = {
    "a FIFO": 'rm "$WF_OUT" && mkfifo "$WF_OUT"',
    "a folder": 'rm "$WF_OUT" && mkdir "$WF_OUT"',
    "nothing": 'rm "$WF_OUT"',
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("script", SPOILED.values(), ids=SPOILED)
def test_what_a_job_makes_of_its_output_hangs_nobody(
    shell: Shell, tmp_path: Path, script: str
) -> None:
    job = shell(script, WF_OUT=str(tmp_path / "jobs" / "1" / "out"))
    assert job.wait() == Exit(0)
    assert (job.folder.read("out"), job.folder.tail("out")) == (b"", "")


def test_no_zombie_is_left(shell: Shell) -> None:
    for name in ("1", "2", "3"):
        shell("true", name).wait()
    shown = subprocess.run(["ps", "-A", "-o", "ppid=,stat="], capture_output=True, check=True)
    children = [line.split() for line in shown.stdout.decode().splitlines()]
    assert not [state for parent, state in children if int(parent) == os.getpid() and "Z" in state]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB; skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.usefixtures("here")
def test_a_job_that_fills_the_disk_says_how_it_ended(
    target: Target, spec: MakeSpec, small_disk: Path
) -> None:
    fill = 'cat /dev/zero > "$WF_RESULT"; echo no room >&2; exit 7'
    job = target.start(small_disk / "1", spec(fill))
    assert job.wait() == Exit(7)


def test_a_job_whose_folder_finds_no_room(target: Target, spec: MakeSpec, small_disk: Path) -> None:
    with suppress(OSError), (small_disk / "full").open("wb", buffering=0) as file:
        while file.write(b"0" * 4096):
            pass
    with pytest.raises(StorageFullError):
        target.start(small_disk / "1", spec("echo never"))
    assert not (small_disk / "1").exists()
