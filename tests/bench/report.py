"""The rows that were measured, as a table for people and as `docs/benchmarks.md`."""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tests.bench.timing import BUDGET, RUNS, Sample

_HEAD = """\
# Benchmarks

Written by `make bench` on {date}: {machine}. Beside it: {peers}.

Whole commands as they are installed, at their default settings, journal and objects synced; every run that
is measured here is on record afterwards, and `git wf show` shows it. Medians, all in one go, what is compared
in turns: {runs} runs after one that does not count, but none any more once they have taken {budget:g} s in all; the
last column says how many there were, of ours and of the peer's. The ratio is ours to the peer's, so less is better,
but for rates. Times move from machine to machine, ratios less so. Nothing fails on a time.

| what | git wf | peer | its figure | ratio | runs |
| --- | ---: | --- | ---: | ---: | ---: |
"""


class Row(msgspec.Struct, frozen=True):
    """What was measured: ours, and that of a ``peer`` where there is one, in ``unit``."""

    what: str
    ours: Sample
    peer: str = ""
    theirs: Sample | None = None
    unit: str = "s"

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """Return the row as text."""
        ours = _figure(self.ours.value, self.unit)
        if self.theirs is None:
            return self.what, ours, self.peer, "", "", str(self.ours.runs)
        ratio = _two_digits(self.ours.value / self.theirs.value)
        runs = f"{self.ours.runs}, {self.theirs.runs}"
        return self.what, ours, self.peer, _figure(self.theirs.value, self.unit), ratio, runs


def line(row: Row) -> str:
    """Return a row for a terminal."""
    what, ours, peer, theirs, ratio, runs = row.cells()
    return f"{what:58}{ours:>12}   {peer:28}{theirs:>12}{ratio:>8}{runs:>8}"


def write(rows: Iterable[Row], peers: Iterable[str], load: float, path: Path) -> None:
    """Write the page with ``rows``; ``load`` is how busy the machine was before."""
    body = "".join(f"| {' | '.join(row.cells())} |\n" for row in rows)
    head = _HEAD.format(
        date=datetime.now(UTC).date().isoformat(),
        machine=f"{_machine()}, load {load:.1f} before it began",
        peers=", ".join(peers),
        runs=RUNS,
        budget=BUDGET,
    )
    path.write_text(head + body, encoding="utf-8")


def _two_digits(ratio: float) -> str:
    """Return a ratio with two digits that count: what is a thousandth is not nothing."""
    places = max(0, 1 - math.floor(math.log10(abs(ratio) or 1)))
    return f"{ratio:.{places}f}"


def _figure(value: float, unit: str) -> str:
    digits = 3 if value < 10 else 1 if value < 1000 else 0
    return f"{value:.{digits}f} {unit}"


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores{_model()}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def _model() -> str:
    """Return what the processor calls itself, where the system tells."""
    try:
        known = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r"^model name\s*: (.*)$", known, re.MULTILINE)
    return f" ({found[1]})" if found else ""
