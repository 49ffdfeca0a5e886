"""What moves on a terminal, below the lines that stay."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from gitwf.cli.edge import say
from gitwf.cli.plain import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

_PATIENCE = 0.3
"""Seconds before anything is displayed: what ends sooner does not wait for the libraries."""

_PER_SECOND = 4


class Screen:
    """Shows what ``draw`` gives, some times a second, until it is stopped. Threads share it.

    Nothing is shown where the terminal cannot do that.
    """

    def __init__(self, draw: Callable[[Console], Text]) -> None:
        self._draw = draw
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._is_over = False
        self._timer = threading.Timer(_PATIENCE, self._begin)
        self._timer.daemon = True

    def start(self) -> None:
        """Begin to show, if there is something to show after a moment."""
        self._timer.start()

    def stop(self) -> None:
        """Take away what was shown; the lines stay."""
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._live is not None:
                self._live.stop()

    def write(self, line: str) -> None:
        """Write a line that stays."""
        with self._lock:
            if self._live is None or self._is_over:
                say(line)
            else:
                self._live.console.print(plain(line), markup=False, soft_wrap=True)

    def _begin(self) -> None:
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True, highlight=False)
        if console.is_dumb_terminal:
            return
        live = Live(
            console=console,
            get_renderable=lambda: self._draw(console),
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
        )
        with self._lock:
            if not self._is_over:
                live.start()
                self._live = live
