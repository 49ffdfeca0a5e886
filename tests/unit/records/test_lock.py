"""Locks between processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.records.lock import ControllerLock, Holder, LockedError, waiting

if TYPE_CHECKING:
    from tests.conftest import TestClock

HOLD = """
import pathlib, sys
from gitwf.records.clock import SystemClock
from gitwf.records.lock import ControllerLock

with ControllerLock(pathlib.Path(sys.argv[1]), SystemClock()):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_at_a_time_and_it_says_who(tmp_path: Path, clock: TestClock) -> None:
    me = Holder(os.getpid(), "2026-11-22T10:46:55.123456Z", os.uname().nodename)
    first = ControllerLock(tmp_path / "wf", clock)
    assert first.holder() is None
    with first:
        assert first.holder() == me
        with pytest.raises(LockedError) as caught, ControllerLock(tmp_path / "wf", clock):
            pass
    assert first.holder() is None
    assert caught.value.holder == me
    assert str(caught.value) == (
        f"a controller is at work here already: process {me.pid} on {me.host}, "
        f"since {me.started}: stop it first, or leave the work to it"
    )
    with ControllerLock(tmp_path / "wf", clock):
        pass


def test_it_dies_with_its_process(tmp_path: Path, clock: TestClock) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = ControllerLock(tmp_path, clock)
        seen = lock.holder()
        assert seen is not None
        assert seen.pid == holder.pid
        with pytest.raises(LockedError), lock:
            pass
        holder.kill()
    assert lock.holder() is None
    with lock:
        assert lock.holder() is not None


def test_waiting_ends_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "wf" / "notes.lock"
    with waiting(path, 0), pytest.raises(LockedError) as caught, waiting(path, 0.01):
        pass
    assert str(caught.value) == (
        f"`{path}` has been locked for 0.01 seconds: "
        "another `git wf` process hangs: look for it and end it"
    )
    with waiting(path, 0):
        pass
