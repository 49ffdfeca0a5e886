"""The display of what runs, below the lines that say what has ended; on terminals only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitwf.app.glance import Glance
from gitwf.app.session import Session
from gitwf.cli.board import Board, Row
from gitwf.cli.progress import listener
from gitwf.engine.recorder import Listener
from gitwf.records.event import Event

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_PER_SECOND = 4
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
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, highlight=False)
    if console.is_dumb_terminal:
        yield listener(json=json)
        return
    tell = listener(
        json=False, write=lambda line: console.print(line, markup=False, soft_wrap=True)
    )
    board = Board()
    glance = Glance(here.repository(), here.environment)

    def hear(event: Event) -> None:
        board.hear(event, time.monotonic())
        tell(event)

    def drawn() -> Text:
        return _drawn(board, glance, console)

    with Live(
        console=console,
        get_renderable=drawn,
        refresh_per_second=_PER_SECOND,
        transient=True,
        redirect_stdout=False,
    ):
        yield hear


def _drawn(board: Board, glance: Glance, console: Console) -> Text:
    from rich.text import Text

    height = min(_MOST_ROWS, console.height - 2)
    rows = board.rows(time.monotonic(), height)
    clock = max((len(row.elapsed) for row in rows), default=0)
    name = max((len(row.name) for row in rows), default=0)
    lines = [_line(row, clock, name, glance) for row in rows]
    for line in lines:
        line.truncate(console.width, overflow="ellipsis")
    return Text("\n").join(lines)


def _line(row: Row, clock: int, name: int, glance: Glance) -> Text:
    """Return the line of a row, with so many columns for the time and the name."""
    from rich.text import Text

    line = Text(f"  {row.elapsed.rjust(clock)}  {row.name.ljust(name)}", "cyan")
    if row.running and (said := glance.last_line(row.running.run, row.running.step)):
        line.append(f"  {said}", "dim")
    return line
