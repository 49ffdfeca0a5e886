"""The display of what runs, below the lines that say what has ended; on terminals only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from gitwf.app.session import Session
from gitwf.cli.bars import bars
from gitwf.cli.board import Board, Row
from gitwf.cli.plain import plain
from gitwf.cli.progress import listener
from gitwf.cli.screen import Screen
from gitwf.engine.replay.recorder import Listener
from gitwf.records.event import Event

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from gitwf.app.glance import Glance

_MOST_ROWS = 12


@contextmanager
def shown(here: Session, *, json: bool) -> Iterator[Listener]:
    """Give what is to hear the events of runs while the block plays them, and shows them.

    As JSON they go to standard output. Else each end is a line on standard error, and where that is
    a terminal what still runs stands below: with the time it takes, and the last line it printed.
    """
    if json or not sys.stderr.isatty():
        yield listener(json=json)
        return
    display = _Display(here)
    display.screen.start()
    try:
        yield display.hear
    finally:
        display.screen.stop()


class _Display:
    """Writes lines, and what runs below them. Threads share it."""

    def __init__(self, here: Session) -> None:
        self._here = here
        self._board = Board()
        self.screen = Screen(self._drawn)
        self._tell = listener(json=False, write=self.screen.write)

    def hear(self, event: Event) -> None:
        """Take note of an event, and say what there is to say of it."""
        self._board.hear(event, time.monotonic())
        self._tell(event)

    @cached_property
    def _glance(self) -> Glance:
        from gitwf.app.glance import Glance

        return Glance(self._here.repository(), self._here.environment)

    def _drawn(self, console: Console) -> Text:
        from rich.text import Text

        moved = bars(self._here.meter)
        height = min(_MOST_ROWS, console.height - 2 - len(moved))
        rows = self._board.rows(time.monotonic(), height)
        clock = max((len(row.elapsed) for row in rows), default=0)
        name = max((len(row.name) for row in rows), default=0)
        lines = [_line(row, clock, name, self._glance) for row in rows]
        lines += [Text(f"  {bar}", "cyan") for bar in moved]
        for line in lines:
            line.truncate(console.width, overflow="ellipsis")
        return Text("\n").join(lines)


def _line(row: Row, clock: int, name: int, glance: Glance) -> Text:
    """Return the line of a row, with so many columns for the time and the name."""
    from rich.text import Text

    line = Text(f"  {row.elapsed.rjust(clock)}  {plain(row.name).ljust(name)}", "cyan")
    if row.running and (said := glance.last_line(row.running.run, row.running.step)):
        line.append(f"  {plain(said)}", "dim")
    return line
