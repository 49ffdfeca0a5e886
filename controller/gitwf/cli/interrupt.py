"""Signals that cancel runs: one in order, a second interrupt at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Collection

from gitwf.engine.unit.stop import CANCELLED, Stop

AGAIN = "cancelling: commands may end what they do, and handlers run; Ctrl-C again ends all at once"


def cancel_on(stop: Stop, tell: Callable[[str], None], *numbers: signal.Signals) -> None:
    """Have these signals cancel whatever listens to ``stop``; the process then ends by itself.

    An interrupt at the keyboard has ``tell`` say that another one kills.

    A thread hears of them by Python's wakeup descriptor. A handler would run in the main thread alone,
    between two of its instructions: one that comes just as that begins to wait for a lock is heard of
    when the wait is over, and that may be never.
    """
    heard, noted = os.pipe()
    os.set_blocking(noted, False)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(noted, warn_on_full_buffer=False)
    listening = (heard, frozenset(numbers), stop, tell)
    threading.Thread(target=_listen, args=listening, name="git-wf-signals", daemon=True).start()


def _listen(heard: int, numbers: Collection[int], stop: Stop, tell: Callable[[str], None]) -> None:
    interrupts = 0
    while True:
        number = os.read(heard, 1)[0]
        if number not in numbers:
            continue
        interrupts += number == signal.SIGINT
        # In a thread: what is cancelled may take its time, and a second interrupt comes through.
        threading.Thread(target=_cancel, args=(stop, tell, interrupts), daemon=True).start()


def _cancel(stop: Stop, tell: Callable[[str], None], interrupts: int) -> None:
    if interrupts > 1:
        stop.kill(CANCELLED)
        return
    if interrupts:
        tell(AGAIN)
    stop.set(CANCELLED)
