"""Jobs of a run that go wrong: lost, killed, printing without end, leaving no result."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitwf.records.event import Event, StepFinished, StepStarted
from gitwf.targets.job import JobFolder

if TYPE_CHECKING:
    from tests.conftest import Folder
    from tests.unit.engine.conftest import Play, Steps

DIE = "kill -KILL 0"
"""Kills all of a job: its wrapper too, so that nobody says how it ended."""

VANISHED = "vanished without an exit status (killed, or a power cut)"


def dying(times: int, fields: str = "") -> str:
    """Return a definition of a command that is lost so many times, and then writes `out.txt`."""
    count = "$$(wc -l < log)"
    run = f"echo x >> log; if [ {count} -le {times} ]; then {DIE}; fi; echo done | tee out.txt"
    return f"define:/x\n  ↳ run → {run}\n{fields}"


def warnings(record_events: list[Event]) -> list[object]:
    """Return the warnings of the steps that ended."""
    ends = [event for event in record_events if isinstance(event.body, StepFinished)]
    return [bytes(event.extra.get("warning", b"")).decode() for event in ends]


LOST = {
    "once": (1, '"its job was lost and begun again"'),
    "twice": (2, '"its job was lost 2 times and begun again"'),
}


@pytest.mark.parametrize(("times", "warning"), LOST.values(), ids=LOST)
@pytest.mark.parametrize("fields", ["", "  ↳ outs → out.txt\n"], ids=["plain", "stage"])
def test_a_lost_job_is_begun_again(
    play: Play, folder: Folder, times: int, warning: str, fields: str
) -> None:
    folder.commit({".dvc/config": "[core]\n", ".dvc/.gitignore": "/tmp\n/cache\n"})
    record = play(f"{dying(times, fields)}\n/x > $said\n/log $said")
    assert (record.status, play.log()) == ("succeeded", ["x"] * (times + 1) + ["done"])
    assert warnings(play.events()) == [warning, ""]


def test_a_job_that_is_always_lost(play: Play, steps: type[Steps]) -> None:
    record = play(dying(100) + "/x || /log after")
    assert play.log() == ["x"] * 3 + ["after"]
    assert steps(record).outcomes()[0] == ("3/1", "/x", "lost")


def test_how_often_a_job_may_be_lost_is_a_setting(play: Play, folder: Folder) -> None:
    folder.write({"wf.toml": "[controller]\nlost_retries = 0\n"})
    record = play(dying(100) + "/x")
    assert (record.status, play.log()) == ("failed", ["x"])
    assert record.error is not None
    assert (record.error.kind, record.error.message) == ("lost", f"`/x` {VANISHED}")


def test_a_crash_forgets_no_loss(play: Play) -> None:
    play(dying(100) + "/x")
    begun = next(n for n, e in enumerate(play.events()) if isinstance(e.body, StepStarted))
    play.forget(len(play.events()) - begun - 1)
    assert play.again().status == "failed"
    assert play.log() == ["x"] * 3


def test_a_job_that_is_taken_up_took_as_long_as_it_did(play: Play, steps: type[Steps]) -> None:
    play("/log x")
    play.forget(2)
    (job,) = map(JobFolder, (play.journal.parent / "jobs").iterdir())
    end = (job.began() or 0.0) + 60
    os.utime(job.path / "exit", (end, end))
    (step,) = steps(play.again()).bodies
    assert step.seconds == pytest.approx(60)


def test_an_effect_that_is_lost_is_not_begun_again(play: Play) -> None:
    fields = "  ↳ effect → production\n  ↳ retry → 3\n"
    record = play(dying(1, fields) + "/x")
    assert (record.status, play.log()) == ("failed", ["x"])
    assert record.error is not None
    assert (record.error.kind, record.error.message) == ("lost", f"`/x` {VANISHED}")
    assert [(env.env, env.state) for env in record.envs] == [("production", "unknown")]


def test_an_effect_whose_intent_is_all_that_there_is_begins(play: Play) -> None:
    fields = "  ↳ effect → production\n"
    play(dying(0, fields) + "/x")
    begun = next(n for n, e in enumerate(play.events()) if isinstance(e.body, StepStarted))
    play.forget(len(play.events()) - begun - 1)
    (folder,) = (play.journal.parent / "jobs").iterdir()
    for name in ("pid", "out", "err", "exit"):
        (folder / name).unlink()
    record = play.again()
    assert (record.status, play.log()) == ("succeeded", ["x", "x"])


def test_a_lost_part_of_a_pipe_is_not_begun_again(play: Play) -> None:
    record = play(dying(1) + "define:/read\n  ↳ run → cat\n/x | /read")
    assert (record.status, play.log()) == ("failed", ["x"])


MESSAGES = {
    "a status above 128 that is no signal": ("exit 255", "exit", "exited with 255"),
    "a signal": ("kill -TERM $$$$", "exit", "was killed by SIGTERM (exit 143)"),
    "a signal, and last words": (
        "echo 'too hot' >&2; kill -USR1 $$$$",
        "exit",
        "was killed by SIGUSR1 (exit 138): too hot",
    ),
    "a program that is not there": (
        "./nonsuch 2> /dev/null",
        "exit",
        "exited with 127, a program was not found",
    ),
    "a program that is none": (
        "touch none; ./none 2> /dev/null",
        "exit",
        "exited with 126, a program could not be started",
    ),
    "a folder that is deleted": (
        'rm -rf "$$(dirname "$$WF_RESULT")"',
        "lost",
        "deleted the folder of its job: nobody knows how it ended",
    ),
}


@pytest.mark.parametrize(("run", "kind", "message"), MESSAGES.values(), ids=MESSAGES)
def test_how_a_job_failed_is_said(play: Play, run: str, kind: str, message: str) -> None:
    record = play(f"define:/x\n  ↳ run → echo x >> log; {run}\n/x")
    assert record.error is not None
    assert (record.error.kind, record.error.message) == (kind, f"`/x` {message}")
    assert play.log() == ["x"]


def test_a_job_that_prints_too_much_is_stopped(play: Play, folder: Folder) -> None:
    folder.write({"wf.toml": '[controller]\nlog_max = "1.5MB"\n'})
    record = play("define:/x\n  ↳ run → trap '' TERM; while :; do yes | head -c 100000; done\n/x")
    assert record.error is not None
    assert (record.error.kind, record.error.message, record.error.status) == (
        "exit",
        "`/x` was stopped: it printed more than 1.5 MB (`log_max`)",
        153,
    )


RESULTS = {
    "two gigabytes": (
        'truncate -s 2G "$$WF_RESULT"',
        "the result is above 1 MiB: it is null",
    ),
    "no JSON": (
        'echo "{" > "$$WF_RESULT"',
        "the file of `WF_RESULT` is not valid JSON: the result is null",
    ),
    "a FIFO": (
        'mkfifo "$$WF_RESULT"',
        "what `WF_RESULT` names is no plain file: the result is null",
    ),
}


@pytest.mark.parametrize(("run", "warning"), RESULTS.values(), ids=RESULTS)
def test_a_result_that_is_none(play: Play, steps: type[Steps], run: str, warning: str) -> None:
    record = play(f"define:/x\n  ↳ run → {run}\n/x")
    assert (record.status, steps(record).results()) == ("succeeded", [None])
    assert warnings(play.events()) == [f'"{warning}"']


LIMIT = 16 << 10
"""KiB of memory that a job at full speed may cost."""


@pytest.mark.slow
def test_what_a_job_prints_is_never_in_memory(folder: Folder) -> None:
    folder.commit({"wf.toml": ""})

    def peak(size: str) -> int:
        flow = f"define:/x\n  ↳ run → yes | head -c {size}\ndefine:/y\n  ↳ run → cat\n/x | /y\n"
        folder.write({"main.wf": flow})
        run = [sys.executable, "-m", "gitwf", "run", "--here", "main.wf"]
        process = subprocess.Popen(run, cwd=folder.path, stdout=subprocess.DEVNULL)
        _, process.returncode, used = os.wait4(process.pid, 0)
        assert process.returncode == 0
        return used.ru_maxrss

    small, large = peak("1"), peak("300M")
    assert large - small < LIMIT
