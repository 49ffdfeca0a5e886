"""Medians of several runs. What is compared runs in turns, so that a busy moment falls on all alike."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

RUNS = 7

BUDGET = 15.0
"""Seconds of runs after which there is no further one, so that all of it ends while one waits."""

LONG = 2.0
"""Seconds from which on the first run counts too: there is little in it that only the first one does."""


class Work(msgspec.Struct, frozen=True):
    """What is measured, and what has to be done ``before`` each time, which is not."""

    run: Callable[[], object]
    before: Callable[[], object] = lambda: None


class Sample(msgspec.Struct, frozen=True):
    """The median of so many runs: seconds, or what was made of them."""

    value: float
    runs: int

    def rate(self, amount: float) -> Sample:
        """Return how much there was in a second, where this took ``amount``."""
        return Sample(amount / self.value, self.runs)

    def each(self, count: int) -> Sample:
        """Return what each of ``count`` things took, in milliseconds."""
        return Sample(self.value / count * 1e3, self.runs)

    def beyond(self, other: Sample, count: int) -> Sample:
        """Return what each of ``count`` things takes that this had and ``other`` had not, in ms."""
        return Sample(self.value - other.value, min(self.runs, other.runs)).each(count)


def medians(*works: Work, clock: Callable[[], float] = time.perf_counter) -> list[Sample]:
    """Return the median of each of ``works``, in turns; the first run of a short one does not count."""
    taken: list[list[float]] = [[] for _ in works]
    for turn in range(RUNS + 1):
        for work, times in zip(works, taken, strict=True):
            if sum(times) > BUDGET:
                continue
            work.before()
            begun = clock()
            work.run()
            seconds = clock() - begun
            if turn or seconds > LONG:
                times.append(seconds)
    return [median_of(times) for times in taken]


def median_of(times: list[float]) -> Sample:
    """Return the median of what was measured."""
    return Sample(statistics.median(times), len(times))


def work_of_children() -> float:
    """Return the seconds that processors have worked for processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command(*words: str, cwd: Path | None = None) -> Work:
    """Return a whole command, which must succeed."""
    return Work(lambda: subprocess.run(words, cwd=cwd, check=True, capture_output=True))
