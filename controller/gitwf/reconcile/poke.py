"""Pokes: git hooks write a byte to a pipe in the state folder, and whoever acts looks at once.

File events say the same where they come; they do not from some file systems, and where a user's watches are used up.
A hook opens the pipe for reading too, so that it never waits for a reader who is gone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = "poke"


@contextmanager
def poked(state_dir: Path, due: threading.Event) -> Iterator[None]:
    """Set ``due`` at each poke while the block runs. Only one process of a clone does that at a time."""
    pipe = state_dir / _NAME
    pipe.parent.mkdir(parents=True, exist_ok=True)
    pipe.unlink(missing_ok=True)
    try:
        os.mkfifo(pipe, 0o622)
    except OSError:
        yield  # a file system without pipes: file events and the clock remain
        return
    descriptor = os.open(pipe, os.O_RDWR)
    over = threading.Event()

    def read() -> None:
        while os.read(descriptor, 1 << 12) and not over.is_set():
            due.set()
        os.close(descriptor)

    threading.Thread(target=read, name="git-wf-poke", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        with suppress(OSError):
            os.write(descriptor, b".")
        pipe.unlink(missing_ok=True)
