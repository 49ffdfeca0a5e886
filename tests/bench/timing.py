"""Medians of several runs. What is compared runs in turns, so that a busy moment falls on all alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 7


def medians(*works: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Return the median seconds of each of ``works``, after one run of each that does not count."""
    times: list[list[float]] = [[] for _ in works]
    for run in range(runs + 1):
        for work, taken in zip(works, times, strict=True):
            begun = time.perf_counter()
            work()
            if run:
                taken.append(time.perf_counter() - begun)
    return [statistics.median(taken) for taken in times]


def command(*words: str, cwd: Path | None = None) -> Callable[[], object]:
    """Return what runs a whole command, which must succeed."""
    return lambda: subprocess.run(words, cwd=cwd, check=True, capture_output=True)
