"""A controller killed at any moment, and half of the time its jobs too: the next one ends the run as if nothing had been.

Except for an effect whose own process was killed: nobody knows whether it has happened, so it is never
begun again; the run ends failed, its environment unknown.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.conftest import Arena, Final, MakeArena

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PARTS = 4
RANDOM = 200
START = 5
"""How many kills have to fall between a job's folder and its process: no pause can be put there."""

EFFECTS = {"/deploy": "deploy", "/announce": "announce"}
Record = Callable[[str, object], None]


def test_at_every_write(make_arena: MakeArena, undisturbed: Final, record_property: Record) -> None:
    kills: Counter[str] = Counter()
    for number in itertools.count(1):
        for place, side in enumerate(("before", "after")):
            arena = make_arena()
            controller = arena.begin(f"{number}:{side}")
            _, status = os.waitpid(controller.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                controller.returncode = os.waitstatus_to_exitcode(status)
                record_property("kills", json.dumps(kills))
                assert {"intent", "exit", "journal", "ref"} <= kills.keys()
                return
            controller.kill()
            controller.wait()
            kills.update(arena.windows())
            check_recovery(arena, undisturbed, arena.kill_jobs() if (number + place) % 2 else set())


@pytest.mark.parametrize("part", range(PARTS))
def test_at_random_moments(
    make_arena: MakeArena, undisturbed: Final, record_property: Record, part: int
) -> None:
    kills: Counter[str] = Counter()
    chance = random.Random(part)  # noqa: S311  (nobody guesses it)
    longest, number = 10.0, 0
    while number < RANDOM // PARTS:
        arena = make_arena()
        controller = arena.begin()
        begun = time.monotonic()
        with suppress(TimeoutExpired):
            controller.wait(chance.uniform(0.0, longest))
            longest = time.monotonic() - begun
            continue  # it was faster: the next one dies earlier
        controller.kill()
        controller.wait()
        number += 1
        kills.update(arena.windows())
        check_recovery(arena, undisturbed, arena.kill_jobs() if number % 2 else set())
    record_property("kills", json.dumps(kills))
    assert kills["running"]


def test_between_the_folder_of_a_job_and_its_process(
    make_arena: MakeArena, undisturbed: Final, record_property: Record
) -> None:
    kills: Counter[str] = Counter()
    for number in range(20 * START):
        arena = make_arena()
        controller = arena.begin()
        arena.await_jobs(1 + number % 4, controller)
        controller.kill()
        controller.wait()
        kills.update(arena.windows())
        check_recovery(arena, undisturbed, set())
        if kills["start"] >= START:
            break
    record_property("kills", json.dumps(kills))
    assert kills["start"] >= START, kills


def check_recovery(arena: Arena, undisturbed: Final, killed: set[str]) -> None:
    """Have another controller end the run, and hold it to what is promised; ``killed`` are jobs that were."""
    final = arena.recover()
    traces = arena.traces()
    lost = [command for command in killed if command in EFFECTS]
    assert all(traces[name] <= 1 for name in EFFECTS.values()), traces
    if lost:
        check_lost(final, lost[0])
    else:
        assert final == undisturbed
        again = tuple(_trace(command) for command in killed)
        assert all(times == 1 or name.startswith(again) for name, times in traces.items()), traces
    assert len(arena.run_folders()) == 1
    assert arena.processes() == []
    assert arena.complaints() == ""


def check_lost(final: Final, command: str) -> None:
    """Hold a run to what is promised when an effect was lost."""
    environment = {"/deploy": "production", "/announce": "site"}[command]
    assert final.status == "failed"
    assert final.envs[environment] == "unknown"
    assert "lost" in {status for status, _, _ in final.steps.values()}


def _trace(command: str) -> str:
    """Return what a command of the project writes into its log."""
    name, _, argument = command.removeprefix("/").partition(" ")
    return f"{name}-{argument}" if argument else name
