"""Signals that cancel runs: one in order, a second interrupt at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

from gitwf.engine.unit.stop import CANCELLED, Stop

AGAIN = "cancelling: commands may end what they do, and handlers run; Ctrl-C again ends all at once"


def cancel_on(stop: Stop, tell: Callable[[str], None], *numbers: signal.Signals) -> None:
    """Have these signals cancel whatever listens to ``stop``; the process then ends by itself.

    An interrupt at the keyboard has ``tell`` say that another one kills.
    """
    interrupts = 0

    def act(number: int, _frame: FrameType | None) -> None:
        nonlocal interrupts
        interrupts += number == signal.SIGINT
        # In a thread: the handler interrupts code that may hold the locks that cancelling takes.
        threading.Thread(target=_cancel, args=(stop, tell, interrupts), daemon=True).start()

    for number in numbers:
        signal.signal(number, act)


def _cancel(stop: Stop, tell: Callable[[str], None], interrupts: int) -> None:
    if interrupts > 1:
        stop.kill(CANCELLED)
        return
    if interrupts:
        tell(AGAIN)
    stop.set(CANCELLED)
