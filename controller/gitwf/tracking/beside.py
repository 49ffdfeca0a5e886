"""What brings notes to MLflow beside a run: a thread of ours, or a process that outlives us.

A server is spoken to by a thread: it has an id within milliseconds. What is left when we end goes to
a process. So does all that needs MLflow's library, which takes seconds to load.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gitwf.tracking.outbox import Outbox
from gitwf.tracking.sender import Sender


class Beside:
    """Delivers the outboxes in ``folder``, from its first waking on. Safe for threads.

    ``quick``: by a thread, as long as we live.
    """

    def __init__(
        self, folder: Path, root: Path, environment: Mapping[str, str], *, quick: bool
    ) -> None:
        self._folder = folder
        self._root = root
        self._environment = environment
        self._quick = quick
        self._lock = threading.Lock()
        self._pipe: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def wake(self) -> None:
        """Have what is new looked at. Never waits, and never raises."""
        with self._lock, suppress(OSError):
            if self._pipe is None or self._has_died():
                self._pipe = self._start()
            os.write(self._pipe, b"\n")

    def _has_died(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def _start(self) -> int:
        """Begin to deliver; return the pipe that wakes whoever does."""
        self._folder.mkdir(parents=True, exist_ok=True)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        if self._quick:
            sender = Sender(self._folder, self._environment)
            threading.Thread(
                target=sender.run, args=(reader,), name="git-wf-tracking", daemon=True
            ).start()
            atexit.register(self._hand_over)
        else:
            self._process = self._spawn(reader)
            os.close(reader)
        return writer

    def _hand_over(self) -> None:
        """Have a process deliver what the thread has not; we end."""
        outboxes = map(Outbox, (path for path in self._folder.iterdir() if path.is_dir()))
        if any(outbox.is_waiting() for outbox in outboxes):
            with suppress(OSError):
                self._spawn(subprocess.DEVNULL)

    def _spawn(self, stdin: int) -> subprocess.Popen[bytes]:
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "gitwf.tracking", str(self._folder)],
                stdin=stdin,
                stdout=log,
                stderr=log,
                cwd=self._root,
                env={**self._environment, **quiet},
                start_new_session=True,
            )
