"""Signals that cancel runs."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from gitwf.engine.stop import CANCELLED, Stop


def cancel_on(stop: Stop, *numbers: signal.Signals) -> None:
    """Have these signals cancel whatever listens to ``stop``; the process then ends by itself."""

    def cancel(_number: int, _frame: FrameType | None) -> None:
        # In a thread: the handler interrupts code that may hold the locks that cancelling takes.
        threading.Thread(target=stop.set, args=(CANCELLED,), daemon=True).start()

    for number in numbers:
        signal.signal(number, cancel)
