"""What every target promises: a job is a folder, started once, whoever looks at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.targets.job import Exit, Job, JobFolder, JobSpec, Streams, Target
from gitwf.targets.local import LocalTarget

DEADLINE = 20.0


@pytest.fixture(params=[LocalTarget], ids=["local"])
def target(request: pytest.FixtureRequest) -> Target:
    made: Target = request.param()
    return made


Shell = Callable[..., Job]


def _spec(tmp_path: Path, script: str, **environment: str) -> JobSpec:
    path = {"PATH": os.environ["PATH"]}
    return JobSpec(("/bin/sh", "-c", script), str(tmp_path), path | environment)


@pytest.fixture
def shell(target: Target, tmp_path: Path) -> Shell:
    """Start a shell script as a job in the folder `jobs/NAME`."""

    def start(script: str, name: str = "1", **environment: str) -> Job:
        return target.start(tmp_path / "jobs" / name, _spec(tmp_path, script, **environment))

    return start


def _until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def _gone(pid: int) -> bool:
    """Return whether a process is gone; one that is dead and not reaped counts."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return done.stdout.strip()[:1] in (b"", b"Z")


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


def test_output_can_be_read_while_it_is_written(shell: Shell, tmp_path: Path) -> None:
    job = shell("echo first; while [ ! -e go ]; do sleep 0.01; done; echo second")
    _until(lambda: job.folder.read("out") == b"first\n", "the first line is there")
    assert job.folder.exit_status() is None
    (tmp_path / "go").touch()
    job.wait()
    assert job.folder.read("out", offset=6) == b"second\n"
    assert job.folder.tail("out", 4) == "ond\n"


def test_the_environment_is_the_whole_environment(target: Target, tmp_path: Path) -> None:
    spec = JobSpec(("/usr/bin/env",), str(tmp_path), {"A": "1 → 2", "B": "x\ny"})
    job = target.start(tmp_path / "1", spec)
    job.wait()
    shown = set(job.folder.out.read_text().splitlines())
    assert {"A=1 → 2", "B=x", "y"} <= shown
    of_shells = {"PWD", "OLDPWD", "_", "SHLVL"}
    named = {line.partition("=")[0] for line in shown} - of_shells
    assert named == {"A", "B", "y", "WF_RESULT"}


def test_the_result_file(shell: Shell, tmp_path: Path) -> None:
    result = tmp_path / "jobs" / "1" / "result"
    job = shell('echo 1 > "$WF_RESULT"', WF_RESULT=str(result))
    job.wait()
    assert job.folder.result.read_text() == "1\n"


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


def test_no_secret_is_in_the_folder(target: Target, tmp_path: Path) -> None:
    environment = {"WF_STEP": "1", "API_TOKEN": "hunter2"}
    spec = JobSpec(("true",), str(tmp_path), environment, secrets=frozenset(["API_TOKEN"]))
    job = target.start(tmp_path / "1", spec)
    job.wait()
    for path in job.folder.path.iterdir():
        assert b"hunter2" not in path.read_bytes()


def test_no_descriptor_of_the_controller_is_inherited(shell: Shell, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "open", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(descriptor, True)  # noqa: FBT003
    try:
        job = shell(f"if [ -e /dev/fd/{descriptor} ]; then echo inherited; else echo closed; fi")
        job.wait()
    finally:
        os.close(descriptor)
    assert job.folder.out.read_text() == "closed\n"


def test_a_job_is_not_in_the_session_of_the_controller(shell: Shell) -> None:
    job = shell("ps -o pgid= -p $$")
    job.wait()
    assert int(job.folder.out.read_text()) != os.getpgid(0)


def test_starting_again_starts_nothing(shell: Shell, tmp_path: Path) -> None:
    first = shell("echo once >> log; while [ ! -e go ]; do sleep 0.01; done; exit 3")
    _until(first.folder.is_begun, "it has begun")
    second = shell("echo twice >> log")
    (tmp_path / "go").touch()
    assert (first.wait(), second.wait(), shell("echo thrice >> log").wait()) == (Exit(3),) * 3
    assert (tmp_path / "log").read_text() == "once\n"


def test_many_that_start_at_once_start_one(shell: Shell, tmp_path: Path) -> None:
    ends: list[Exit] = []

    def play() -> None:
        ends.append(shell("echo once >> log; sleep 0.1; exit 5").wait())

    threads = [threading.Thread(target=play) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [Exit(5)] * 6
    assert (tmp_path / "log").read_text() == "once\n"


CONTROLLER = """
import sys
from pathlib import Path
from gitwf.targets.job import JobSpec
from gitwf.targets.local import LocalTarget
folder, script = sys.argv[1:]
spec = JobSpec(("/bin/sh", "-c", script), ".", {"PATH": "/usr/bin:/bin"})
job = LocalTarget().start(Path(folder), spec)
print("started", flush=True)
print(job.wait().status, flush=True)
"""


@pytest.fixture
def controller(tmp_path: Path) -> Callable[[str], subprocess.Popen[str]]:
    """Start another process that starts a job in `jobs/1` and waits for its end."""

    def start(script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", CONTROLLER, str(tmp_path / "jobs" / "1"), script],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start


Controller = Callable[[str], subprocess.Popen[str]]


def test_two_processes_at_once_start_one(controller: Controller, tmp_path: Path) -> None:
    script = "echo once >> log; sleep 0.3; exit 7"
    both = [controller(script), controller(script)]
    assert [process.communicate(timeout=DEADLINE)[0] for process in both] == ["started\n7\n"] * 2
    assert (tmp_path / "log").read_text() == "once\n"


def test_a_job_outlives_a_controller_that_is_killed(
    controller: Controller, shell: Shell, tmp_path: Path
) -> None:
    process = controller("while [ ! -e go ]; do sleep 0.01; done; echo done; exit 9")
    folder = JobFolder(tmp_path / "jobs" / "1")
    _until(folder.is_begun, "the job has begun")
    process.kill()
    process.communicate()
    adopted = shell("echo never")
    assert adopted.folder.exit_status() is None
    (tmp_path / "go").touch()
    assert adopted.wait() == Exit(9)
    assert adopted.folder.out.read_text() == "done\n"


def test_an_adopted_job_is_cancelled(controller: Controller, shell: Shell, tmp_path: Path) -> None:
    process = controller("echo $$ > pid; exec sleep 100")
    _until((tmp_path / "pid").exists, "the job has begun")
    process.kill()
    process.communicate()
    adopted = shell("echo never")
    adopted.cancel(DEADLINE)
    assert adopted.wait() == Exit(128 + signal.SIGTERM)
    assert _gone(int((tmp_path / "pid").read_text()))


def test_a_folder_whose_job_never_began_is_started(target: Target, tmp_path: Path) -> None:
    folder = tmp_path / "jobs" / "1"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text("{}")
    assert target.start(folder, _spec(tmp_path, "exit 4")).wait() == Exit(4)


@pytest.mark.parametrize(
    "pid",
    ["", "1\n", f"{os.getpid()}\n", "999999999\n"],
    ids=["none", "another", "ours", "no-such"],
)
def test_a_job_that_vanished(target: Target, tmp_path: Path, pid: str) -> None:
    folder = tmp_path / "jobs" / "1"
    folder.mkdir(parents=True)
    (folder / "pid").write_text(pid)
    job = target.start(folder, _spec(tmp_path, "echo never"))
    job.cancel(0.0)
    assert job.wait() == Exit(None)


def test_a_wrapper_that_is_killed_says_nothing(shell: Shell) -> None:
    job = shell("sleep 100")
    _until(job.folder.pid, "it has begun")
    os.killpg(job.folder.pid() or 0, signal.SIGKILL)
    assert job.wait() == Exit(None)


def test_cancel_asks_first(shell: Shell, tmp_path: Path) -> None:
    job = shell("trap 'echo asked; exit 6' TERM; touch ready; while :; do sleep 0.01; done")
    _until((tmp_path / "ready").exists, "it is ready")
    job.cancel(DEADLINE)
    job.cancel(DEADLINE)
    assert job.wait() == Exit(6)
    assert job.folder.out.read_text() == "asked\n"


def test_cancel_kills_what_does_not_listen(shell: Shell, tmp_path: Path) -> None:
    job = shell("trap '' TERM; touch ready; while :; do sleep 0.01; done")
    _until((tmp_path / "ready").exists, "it is ready")
    job.cancel(0.1)
    assert job.wait() == Exit(None)


def test_cancel_before_it_has_begun(shell: Shell) -> None:
    job = shell("sleep 100")
    job.cancel(0.1)
    assert job.wait().status in (None, 128 + signal.SIGTERM)


def test_cancel_after_its_end_does_nothing(shell: Shell) -> None:
    job = shell("true")
    assert job.wait() == Exit(0)
    job.cancel(0.0)
    assert job.folder.exit_status() == 0


@pytest.mark.parametrize("ignoring", ["", "trap '' TERM HUP;"], ids=["listens", "does not"])
def test_what_a_command_leaves_running_ends_with_it(
    shell: Shell, tmp_path: Path, ignoring: str
) -> None:
    job = shell(
        f"({ignoring} echo $(exec sh -c 'echo $PPID') > left; sleep 100) & "
        "while [ ! -s left ]; do sleep 0.01; done"
    )
    assert job.wait() == Exit(0)
    _until(lambda: _gone(int((tmp_path / "left").read_text())), "it is gone")
