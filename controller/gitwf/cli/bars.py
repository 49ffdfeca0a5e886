"""How far the reading and writing of large files has come: a bar for each, on terminals only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitwf.cli.output import clipped, size
from gitwf.cli.screen import Screen
from gitwf.data.meter import Amount, Meter

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LARGE = 50_000_000
"""Bytes from which on it takes long enough for a bar to be read."""

_CELLS = 20
_NAME = 40


@contextmanager
def measured(meter: Meter) -> Iterator[None]:
    """Show bars while the block reads and writes what ``meter`` measures."""
    if not sys.stderr.isatty():
        yield
        return
    screen = Screen(lambda console: _drawn(meter, console))
    screen.start()
    try:
        yield
    finally:
        screen.stop()


def bars(meter: Meter) -> list[str]:
    """Return a line for each large file or folder that is being read or written."""
    return [bar(amount) for amount in meter.now() if amount.total >= _LARGE]


def bar(amount: Amount) -> str:
    """Return how far it has come: ``hashing model.bin  ━━━━━─────  1.2 GB of 2.4 GB``."""
    done = min(amount.done, amount.total)
    cells = round(_CELLS * done / amount.total) if amount.total else _CELLS
    name = clipped(f"{amount.doing} {amount.name}", _NAME)
    return f"{name}  {'━' * cells}{'─' * (_CELLS - cells)}  {size(done)} of {size(amount.total)}"


def _drawn(meter: Meter, console: Console) -> Text:
    from rich.text import Text

    lines = [Text(f"  {line}", "cyan") for line in bars(meter)]
    for line in lines:
        line.truncate(console.width, overflow="ellipsis")
    return Text("\n").join(lines)
