"""The display of what runs, below the lines that say what has ended; on terminals only."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitwf.app.session import Session
from gitwf.cli.board import Board, Row
from gitwf.cli.edge import say
from gitwf.cli.progress import listener
from gitwf.engine.replay.recorder import Listener
from gitwf.records.event import Event

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from gitwf.app.glance import Glance

_PATIENCE = 0.3
"""Seconds before anything is displayed: what ends sooner does not wait for the libraries."""

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
    display = _Display(here)
    start = threading.Timer(_PATIENCE, display.start)
    start.daemon = True
    start.start()
    try:
        yield display.hear
    finally:
        start.cancel()
        display.stop()


class _Display:
    """Writes lines, and once it was started, what runs below them. Threads share it."""

    def __init__(self, here: Session) -> None:
        self._here = here
        self._board = Board()
        self._tell = listener(json=False, write=self._write)
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._is_over = False

    def hear(self, event: Event) -> None:
        """Take note of an event, and say what there is to say of it."""
        self._board.hear(event, time.monotonic())
        self._tell(event)

    def start(self) -> None:
        """Begin to show what runs, where the terminal can do that."""
        from rich.console import Console
        from rich.live import Live

        from gitwf.app.glance import Glance

        console = Console(stderr=True, highlight=False)
        if console.is_dumb_terminal:
            return
        glance = Glance(self._here.repository(), self._here.environment)
        live = Live(
            console=console,
            get_renderable=lambda: _drawn(self._board, glance, console),
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
        )
        with self._lock:
            if not self._is_over:
                live.start()
                self._live = live

    def stop(self) -> None:
        """Take away what was shown; the lines stay."""
        with self._lock:
            self._is_over = True
            if self._live is not None:
                self._live.stop()

    def _write(self, line: str) -> None:
        with self._lock:
            if self._live is None or self._is_over:
                say(line)
            else:
                self._live.console.print(line, markup=False, soft_wrap=True)


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
