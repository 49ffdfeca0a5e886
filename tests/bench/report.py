"""The rows that were measured, as a table for people and as `docs/benchmarks.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

_HEAD = """\
# Benchmarks

Written by `make bench` on {date}: {machine}. Whole commands as they are installed, at their default
settings, medians, all in one go; the ratio is ours to the peer's, so less is better, but for rates.
Times move from machine to machine, ratios less so. Nothing fails on a time.

| what | git wf | peer | its figure | ratio |
| --- | ---: | --- | ---: | ---: |
"""


class Row(msgspec.Struct, frozen=True):
    """What was measured: ours, and that of a ``peer`` where there is one, in ``unit``."""

    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    unit: str = "s"

    def cells(self) -> tuple[str, str, str, str, str]:
        """Return the row as text."""
        if self.theirs is None:
            return self.what, _figure(self.ours, self.unit), self.peer, "", ""
        ratio = f"{self.ours / self.theirs:.2f}"
        return (
            self.what,
            _figure(self.ours, self.unit),
            self.peer,
            _figure(self.theirs, self.unit),
            ratio,
        )


def line(row: Row) -> str:
    """Return a row for a terminal."""
    what, ours, peer, theirs, ratio = row.cells()
    return f"{what:58}{ours:>12}   {peer:28}{theirs:>12}{ratio:>8}".rstrip()


def write(rows: Iterable[Row], path: Path) -> None:
    """Write the page with ``rows``."""
    body = "".join(f"| {' | '.join(row.cells())} |\n" for row in rows)
    date = datetime.now(UTC).date().isoformat()
    path.write_text(_HEAD.format(date=date, machine=_machine()) + body, encoding="utf-8")


def _figure(value: float, unit: str) -> str:
    digits = 3 if value < 10 else 1 if value < 1000 else 0
    return f"{value:.{digits}f} {unit}"


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )
