"""Pods while everything fails at random: none is left, none made twice for one job, each cent is on record.

Clones share an account of RunPod, in which requests, answers and pods fail as a seed draws it, and whoever
plays their runs is killed at random. A run is to come to its end all the same.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.chaos import pods, search
from tests.chaos.search import Campaign, Figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.fixture import MakeEmulator
    from tests.emulator.process import Emulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

RUNS, CLONES = 200, 10
SEED = 1


@pytest.fixture
def runpod(make_emulator: MakeEmulator) -> Emulator:
    return make_emulator("--speed", search.SPEED, "--limit-scale", "0", "--seed", str(SEED))


def campaign(path: Path, emulator: Emulator, seed: int, *program: str) -> Campaign:
    search.lay_out(path)
    return Campaign(path, emulator, seed, program or ("git-wf",))


def test_two_hundred_runs(
    tmp_path: Path, runpod: Emulator, record_property: Callable[[str, object], None]
) -> None:
    clones = [campaign(tmp_path / f"clone-{n}", runpod, SEED + n) for n in range(CLONES)]
    runpod.draw_faults(SEED, endingWithin=search.ENDING_WITHIN, **search.CHANCES)

    def play(clone: Campaign) -> Figures:
        for number in range(RUNS // CLONES):
            clone.play(number)
        return clone.count()

    with ThreadPoolExecutor(CLONES) as pool:
        figures = reduce(add, pool.map(play, clones))
    runpod.forget_faults()
    for clone in clones:
        clone.settle()
    record_property("figures", str(figures))
    record_property("pods", len(runpod.pods()))
    record_property("cents", runpod.ledger()["cents"])
    assert figures.hanging == 0
    assert figures.succeeded + figures.failed == RUNS
    assert figures.kills > RUNS // 4
    assert pods.left(runpod) == []
    assert pods.twice(runpod) == []
    known = {pod: cost for clone in clones for pod, cost in clone.accounts().items()}
    assert pods.unaccounted(runpod, known) == []


def test_a_client_that_asks_again_is_found(tmp_path: Path, runpod: Emulator) -> None:
    clone = planted(tmp_path, runpod, "double")
    runpod.fail("lost", where={"operation": "createPod"})
    clone.play(1, deadliness=0.0)
    clone.settle()
    assert pods.left(runpod) == []
    assert {name.startswith("wf-") for name in pods.twice(runpod)} == {True}
    assert len(pods.unaccounted(runpod, clone.accounts())) == 1


def test_a_client_that_forgets_a_pod_is_found(tmp_path: Path, runpod: Emulator) -> None:
    clone = planted(tmp_path, runpod, "forget")
    clone.play(1, deadliness=0.0)
    clone.settle()
    assert len(pods.left(runpod)) == 1
    assert pods.twice(runpod) == []


def planted(path: Path, emulator: Emulator, fault: str) -> Campaign:
    """A campaign whose client has a fault."""
    return campaign(
        path / "clone", emulator, SEED, sys.executable, "-m", "tests.chaos.planted", fault
    )
