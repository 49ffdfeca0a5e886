"""A journal that the disk has spoilt, and a disk that is full: a clear word, and nothing wrong believed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.conftest import Arena, Final, MakeArena
    from tests.conftest import SmallDisk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

WRITES = (2, 7, 13, 22, 31)
"""Writes of the journal behind which the controller is killed, or the disk runs full."""


def journal(arena: Arena) -> Path:
    folder = arena.run_folder()
    assert folder is not None
    return folder / "events.jsonl"


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("cut", [1, 9, 40], ids="cut-{}".format)
def test_a_torn_last_line_is_dropped(
    make_arena: MakeArena, undisturbed: Final, write: int, cut: int
) -> None:
    arena = make_arena()
    controller = arena.reach(write)
    controller.kill()
    controller.wait()
    # What was not on the disk whole was not relied on: the journal of a run ends with what is urgent.
    with journal(arena).open("ab") as file:
        file.write(journal(arena).read_bytes().splitlines(keepends=True)[-1][:-cut])
    assert arena.recover() == undisturbed
    assert arena.complaints() == ""


@pytest.mark.parametrize("write", WRITES)
def test_a_flipped_line_is_not_believed(make_arena: MakeArena, write: int) -> None:
    arena = make_arena()
    controller = arena.reach(write)
    controller.kill()
    controller.wait()
    lines = journal(arena).read_bytes().splitlines(keepends=True)
    number = len(lines) // 2 + 1
    lines[number - 1] = lines[number - 1].replace(b'"', b"'", 1)
    journal(arena).write_bytes(b"".join(lines))
    run = journal(arena).parent.name

    done = arena.wf("reconcile")
    assert done.returncode == 2
    assert f"line {number} of the journal of run `{run}` is damaged" in done.stderr
    assert run in arena.complaints()
    cancelled = arena.wf("cancel", run)
    assert cancelled.returncode == 0, cancelled.stderr
    assert arena.final().status == "lost"
    assert all(arena.traces()[name] <= 1 for name in ("split", "deploy", "announce"))
    assert arena.processes() == []


@pytest.mark.parametrize("write", WRITES)
def test_a_full_disk_costs_nothing_but_time(
    make_arena: MakeArena, undisturbed: Final, small_disk: SmallDisk, write: int
) -> None:
    arena = make_arena()
    arena.move(small_disk.path)
    controller = arena.reach(write)
    filler = small_disk.fill()
    os.kill(controller.pid, signal.SIGCONT)
    assert controller.wait(60) in (0, 1, 2)
    filler.unlink()
    final = arena.recover()
    if final != undisturbed:
        # A command that finds no room fails as it would anywhere; what it is told is on record.
        assert final.status == "failed"
        assert "No space left on device" in (final.error or "")
        assert arena.wf("retry", arena.newest()).returncode == 0
    assert all(arena.traces()[name] == 1 for name in ("split", "deploy", "announce"))
    assert arena.complaints() == ""
