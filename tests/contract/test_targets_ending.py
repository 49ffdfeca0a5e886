"""What every target promises of a job that is ended: all of its processes end, and in order."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.targets.job import Exit

if TYPE_CHECKING:
    from tests.contract.conftest import Shell, Until

    Gone = Callable[[int], bool]

GRACE = 60.0


def test_a_wrapper_that_is_killed_says_nothing(shell: Shell, until: Until) -> None:
    job = shell("sleep 100")
    until(job.folder.pid, "it has begun")
    os.killpg(job.folder.pid() or 0, signal.SIGKILL)
    assert job.wait() == Exit(None)


def test_cancel_asks_first(shell: Shell, until: Until, tmp_path: Path) -> None:
    job = shell("trap 'echo asked; exit 6' TERM; touch ready; while :; do sleep 0.01; done")
    until((tmp_path / "ready").exists, "it is ready")
    job.cancel(GRACE)
    job.cancel(GRACE)
    assert job.wait() == Exit(6)
    assert job.folder.out.read_text() == "asked\n"


def test_cancel_kills_what_does_not_listen(shell: Shell, until: Until, tmp_path: Path) -> None:
    job = shell("trap '' TERM; touch ready; while :; do sleep 0.01; done")
    until((tmp_path / "ready").exists, "it is ready")
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
    shell: Shell, until: Until, gone: Gone, tmp_path: Path, ignoring: str
) -> None:
    job = shell(
        f"({ignoring} echo $(exec sh -c 'echo $PPID') > left; sleep 100) & "
        "while [ ! -s left ]; do sleep 0.01; done"
    )
    assert job.wait() == Exit(0)
    until(lambda: gone(int((tmp_path / "left").read_text())), "it is gone")


def test_a_later_cancel_shortens_the_grace(shell: Shell, until: Until, tmp_path: Path) -> None:
    job = shell("trap '' TERM; touch ready; while :; do sleep 0.01; done")
    until((tmp_path / "ready").exists, "it is ready")
    job.cancel(GRACE)
    job.cancel(GRACE * 2)
    job.cancel(0.0)
    assert job.wait() == Exit(None)


LEAVING = {
    "in a session of its own": "setsid sh left.sh &",
    "forked twice": "(sh left.sh &) &",
    "both": "(setsid sh left.sh &) &",
}
"""How a command parts from what it starts. `left.sh` says its process id, and goes on."""

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what left")


@on_linux
@pytest.mark.parametrize("leaving", LEAVING.values(), ids=LEAVING)
@pytest.mark.parametrize("trap", ["trap '' TERM HUP", "true"], ids=["deaf", "listens"])
def test_cancel_reaches_what_left_the_session(
    shell: Shell, until: Until, gone: Gone, tmp_path: Path, leaving: str, trap: str
) -> None:
    (tmp_path / "left.sh").write_text(f"{trap}; echo $$ > left; while :; do sleep 0.1; done")
    job = shell(f"{leaving} while :; do sleep 0.1; done")
    until(lambda: (tmp_path / "left").exists() and (tmp_path / "left").read_text(), "it has begun")
    job.cancel(0.2)
    job.wait()
    left = int((tmp_path / "left").read_text())
    until(lambda: gone(left), "it is gone")


@on_linux
def test_what_is_left_of_a_lost_job_is_ended(
    shell: Shell, until: Until, gone: Gone, tmp_path: Path
) -> None:
    (tmp_path / "left.sh").write_text("echo $$ > left; while :; do sleep 0.1; done")
    job = shell("setsid sh left.sh & while :; do sleep 0.1; done")
    until(lambda: (tmp_path / "left").exists() and (tmp_path / "left").read_text(), "it has begun")
    until(job.folder.pid, "it is known which process plays it")
    os.killpg(job.folder.pid() or 0, signal.SIGKILL)
    assert job.wait() == Exit(None)
    left = int((tmp_path / "left").read_text())
    until(lambda: gone(left), "it is gone")


@on_linux
def test_what_outlives_the_command_has_the_time_of_grace(
    shell: Shell, until: Until, tmp_path: Path
) -> None:
    (tmp_path / "save.sh").write_text(
        "trap 'sleep 0.3; touch saved; exit' TERM; touch ready; while :; do sleep 0.01; done"
    )
    job = shell("sh save.sh & sleep 100")
    until((tmp_path / "ready").exists, "it is ready")
    job.cancel(GRACE)
    assert job.wait() == Exit(128 + signal.SIGTERM)
    assert (tmp_path / "saved").exists()


def test_a_job_that_ended_by_itself_may_leave_a_session(
    shell: Shell, until: Until, gone: Gone, tmp_path: Path
) -> None:
    start = "os.setsid() or open('left', 'w').write(str(os.getpid())) and os.execvp('sleep', ['sleep', '100'])"
    (tmp_path / "leave.py").write_text(f"import os\nos.fork() or ({start})\n")
    job = shell(f"{sys.executable} leave.py; while [ ! -s left ]; do sleep 0.01; done")
    assert job.wait() == Exit(0)
    left = int((tmp_path / "left").read_text())
    assert not gone(left)
    os.kill(left, signal.SIGKILL)
    until(lambda: gone(left), "it is gone")
