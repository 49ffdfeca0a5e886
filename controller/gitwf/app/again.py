"""What is looked after again and again, beside what a process does otherwise."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def again_and_again(
    name: str, look: Callable[[], object], pause: float, patience: float | None = None
) -> Iterator[None]:
    """Call ``look`` in a thread of this ``name`` while the block runs: at its start, then every ``pause`` seconds.

    The end waits for a look that goes on, ``patience`` seconds at the most; None: as long as it takes.
    """
    stop = threading.Event()

    def watch() -> None:
        while True:
            try:
                look()
            except Exception:
                log.exception("%s failed, and is tried again", name)
            if stop.wait(pause):
                return

    thread = threading.Thread(target=watch, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(patience)
