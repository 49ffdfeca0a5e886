"""Ends jobs on other machines that were cancelled while these could not be reached."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitwf.reconcile.clone import Clone
from gitwf.records.pace import scaled

log = logging.getLogger(__name__)

_PASSES = scaled(60.0)
"""Seconds between two looks; one that finds nothing connects to nobody."""

_PATIENCE = 5.0
"""Seconds that the end waits for what is being carried out; it can be done again."""


@contextmanager
def carrying_out(clone: Clone) -> Iterator[None]:
    """Carry out what is owed while the block runs: at its start, and again and again."""
    stop = threading.Event()
    runs = clone.records.state_dir / "runs"
    thread = threading.Thread(target=_look, args=(runs, stop), name="git-wf-owed", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE)


def _look(runs: Path, stop: threading.Event) -> None:
    while True:
        if any(runs.glob("*/jobs/*/owed")):
            _carry_out(runs)
        if stop.wait(_PASSES):
            return


def _carry_out(runs: Path) -> None:
    from gitwf.targets.ssh.machines import Machines
    from gitwf.targets.ssh.owed import carry_out, owing

    machines = Machines()
    for folder in owing(runs):
        try:
            carry_out(machines, folder)
        except Exception as error:  # noqa: BLE001 - one that cannot be ended keeps nobody from ending others
            log.warning("the job in `%s` cannot be ended: %s", folder, error)
    machines.close()
