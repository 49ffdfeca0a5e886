"""One execution at a time of what is the same stage, whoever executes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gitwf.engine.stages.executions import Executions
from gitwf.engine.unit.outcome import StoppedError
from gitwf.engine.unit.stop import CANCELLED, Stop

LONG = 60.0
HOLD = """
import sys
from pathlib import Path
from gitwf.engine.stages.executions import Executions
from gitwf.engine.unit.stop import Stop

with Executions(Path(sys.argv[1]), "01HOLDER").alone("key", Stop()):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_nobody_to_wait_for(tmp_path: Path) -> None:
    executions = Executions(tmp_path / "locks", "01A")
    with (
        executions.alone("key", Stop()) as other,
        executions.alone("another", Stop()) as none,
        executions.alone(None, Stop()) as free,
    ):
        assert (other, none, free) == (None, None, None)
        assert (tmp_path / "locks" / "key").read_text() == "01A"
    assert list((tmp_path / "locks").iterdir()) == []


def test_many_threads_are_alone_in_turn(tmp_path: Path) -> None:
    inside, most, waited = 0, 0, list[str | None]()

    def execute(run: str) -> None:
        nonlocal inside, most
        with Executions(tmp_path, run).alone("key", Stop()) as other:
            inside += 1
            most = max(most, inside)
            waited.append(other)
            inside -= 1

    threads = [threading.Thread(target=execute, args=(f"run{n}",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert (most, len(waited)) == (1, 20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_holder_that_dies_keeps_nobody_waiting(tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        threading.Timer(0.2, os.kill, (holder.pid, number)).start()
        with Executions(tmp_path, "01B", moment=0.5).alone("key", Stop()) as other:
            assert other == "01HOLDER"


def test_a_run_that_is_taken_up_comes_before_those_that_have_waited(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("01DEAD")
    taken, go_on = threading.Event(), threading.Event()

    def take_up() -> None:
        with Executions(tmp_path, "01DEAD").again("key"):
            taken.set()
            go_on.wait(LONG)

    waited: list[str | None] = []

    def execute() -> None:
        with Executions(tmp_path, "01B", LONG).alone("key", Stop()) as other:
            waited.append(other)

    threads = [threading.Thread(target=execute), threading.Thread(target=take_up)]
    for thread in threads:
        thread.start()
    assert taken.wait(LONG)
    assert waited == []
    go_on.set()
    for thread in threads:
        thread.join(LONG)
    assert waited in ([None], ["01DEAD"])
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_never_taken_up_is_waited_for_a_moment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("01DEAD")
    with Executions(tmp_path, "01B", moment=0.2).alone("key", Stop()) as other:
        assert other == "01DEAD"
        assert (tmp_path / "key").read_text() == "01B"


def test_what_another_executes_by_now_is_taken_up_beside_it(tmp_path: Path) -> None:
    executions = Executions(tmp_path, "01A")
    with Executions(tmp_path, "01B").alone("key", Stop()):
        with executions.again("key"), executions.again(None):
            assert (tmp_path / "key").read_text() == "01B"
        assert (tmp_path / "key").read_text() == "01B"


def test_a_stop_ends_the_wait(tmp_path: Path) -> None:
    stop = Stop()
    with Executions(tmp_path, "01A").alone("key", Stop()):
        threading.Timer(0.1, stop.set, (CANCELLED,)).start()
        with pytest.raises(StoppedError), Executions(tmp_path, "01B").alone("key", stop):
            pass
        assert (tmp_path / "key").read_text() == "01A"
