"""What every target promises of a job that was begun: it is taken up, by whomever, and never begun twice."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.targets.job import Exit, JobFolder, Target
from gitwf.targets.process import Process, boot

if TYPE_CHECKING:
    from tests.contract.conftest import Controller, MakeSpec, Shell, Until

    Gone = Callable[[int], bool]

DEADLINE = 60.0


def test_starting_again_starts_nothing(shell: Shell, until: Until, tmp_path: Path) -> None:
    first = shell("echo once >> log; while [ ! -e go ]; do sleep 0.01; done; exit 3")
    until(first.folder.is_begun, "it has begun")
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


def test_two_processes_at_once_start_one(controller: Controller, tmp_path: Path) -> None:
    script = "echo once >> log; sleep 0.3; exit 7"
    both = [controller(script), controller(script)]
    assert [process.communicate(timeout=DEADLINE)[0] for process in both] == ["started\n7\n"] * 2
    assert (tmp_path / "log").read_text() == "once\n"


def test_a_job_outlives_a_controller_that_is_killed(
    controller: Controller, shell: Shell, until: Until, tmp_path: Path
) -> None:
    process = controller("while [ ! -e go ]; do sleep 0.01; done; echo done; exit 9")
    folder = JobFolder(tmp_path / "jobs" / "1")
    until(folder.is_begun, "the job has begun")
    process.kill()
    process.communicate()
    adopted = shell("echo never")
    assert adopted.folder.exit_status() is None
    (tmp_path / "go").touch()
    assert adopted.wait() == Exit(9)
    assert adopted.folder.out.read_text() == "done\n"


def test_an_adopted_job_is_cancelled(
    controller: Controller, shell: Shell, until: Until, gone: Gone, tmp_path: Path
) -> None:
    process = controller("echo $$ > pid; exec sleep 100")
    until((tmp_path / "pid").exists, "the job has begun")
    process.kill()
    process.communicate()
    adopted = shell("echo never")
    adopted.cancel(DEADLINE)
    assert adopted.wait() == Exit(128 + signal.SIGTERM)
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_folder_whose_job_never_began_is_started(
    target: Target, spec: MakeSpec, tmp_path: Path
) -> None:
    folder = tmp_path / "jobs" / "1"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text("{}")
    assert target.start(folder, spec("exit 4")).wait() == Exit(4)


def test_a_folder_that_is_prepared_is_whole_and_not_begun(
    target: Target, spec: MakeSpec, tmp_path: Path
) -> None:
    folder = JobFolder(tmp_path / "jobs" / "1")
    target.prepare(folder.path, spec("echo once >> log"))
    target.prepare(folder.path, spec("echo never >> log"))
    assert json.loads(folder.read("spec.json"))["argv"][-1] == "echo once >> log"
    assert not folder.is_begun()
    assert target.start(folder.path, spec("echo once >> log")).wait() == Exit(0)
    assert (tmp_path / "log").read_text() == "once\n"


@pytest.fixture
def ended(shell: Shell) -> JobFolder:
    """The folder of a job that has ended with 3."""
    job = shell("echo once >> log; exit 3")
    job.wait()
    return job.folder


def test_a_job_that_ended_meanwhile(shell: Shell, ended: JobFolder, tmp_path: Path) -> None:
    assert shell("echo never >> log").wait() == Exit(3)
    assert ended.exit_status() == 3
    assert (tmp_path / "log").read_text() == "once\n"


def test_a_job_whose_controller_died_before_it_made_the_exit(
    shell: Shell, ended: JobFolder
) -> None:
    (ended.path / "exit").rename(ended.path / "exit.new")
    assert shell("echo never >> log").wait() == Exit(3)
    assert ended.exit_status() == 3


TORN = {"empty": b"", "torn": b"3", "zeros": b"\0\0\0\0", "no number": b"?  \n"}


@pytest.mark.parametrize("said", TORN.values(), ids=TORN)
def test_an_exit_that_a_power_cut_spoiled(shell: Shell, ended: JobFolder, said: bytes) -> None:
    (ended.path / "exit").write_bytes(said)
    assert shell("echo never >> log").wait() == Exit(None)


def test_after_the_machine_started_anew_a_running_job_is_lost(
    shell: Shell, ended: JobFolder
) -> None:
    (ended.path / "exit").unlink()
    (ended.path / "pid").unlink()
    described = json.loads(ended.read("spec.json"))
    (ended.path / "spec.json").write_text(json.dumps(described | {"boot": "another"}))
    assert shell("echo never >> log").wait() == Exit(None)


def test_an_end_outlives_the_start_of_the_machine(shell: Shell, ended: JobFolder) -> None:
    described = json.loads(ended.read("spec.json"))
    (ended.path / "spec.json").write_text(json.dumps(described | {"boot": "another"}))
    assert shell("echo never >> log").wait() == Exit(3)


OWN = os.getpid()
TAKEN = {
    "nobody": b"",
    "only an id": b"1\n",
    "another program that has the id now": f"{OWN}\n{boot()} 1\n".encode(),
    "its id before the machine started anew": f"{OWN}\nanother 1\n".encode(),
    "no such process": f"999999999\n{boot()} 1\n".encode(),
}


@pytest.mark.parametrize("pid", TAKEN.values(), ids=TAKEN)
def test_a_job_that_vanished(target: Target, spec: MakeSpec, tmp_path: Path, pid: bytes) -> None:
    folder = tmp_path / "jobs" / "1"
    folder.mkdir(parents=True)
    (folder / "pid").write_bytes(pid)
    job = target.start(folder, spec("echo never"))
    job.cancel(0.0)
    assert job.wait() == Exit(None)


def test_a_process_is_told_from_others_that_had_its_id(shell: Shell, until: Until) -> None:
    job = shell("sleep 100")
    until(job.folder.pid, "it has begun")
    leader = Process(job.folder.pid() or 0, job.folder.since())
    assert leader.is_alive()
    assert not Process(leader.pid, f"{boot()} 1").is_alive()
    job.cancel(0.0)
    job.wait()
    assert not leader.is_alive()
