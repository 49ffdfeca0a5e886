"""Ends jobs on other machines that were cancelled while these could not be reached."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from pathlib import Path

from gitwf.app.again import again_and_again
from gitwf.reconcile.clone import Clone
from gitwf.records.pace import scaled

log = logging.getLogger(__name__)

_PASSES = scaled(60.0)
"""Seconds between two looks; one that finds nothing connects to nobody."""

_PATIENCE = 5.0
"""Seconds that the end waits for what is being carried out; it can be done again."""


def carrying_out(clone: Clone) -> AbstractContextManager[None]:
    """Carry out what is owed while the block runs: at its start, and again and again."""
    runs = clone.records.state_dir / "runs"
    return again_and_again("git-wf-owed", lambda: _carry_out(runs), _PASSES, _PATIENCE)


def _carry_out(runs: Path) -> None:
    if not any(runs.glob("*/jobs/*/owed")):
        return
    from gitwf.targets.ssh.machines import Machines
    from gitwf.targets.ssh.owed import carry_out, owing

    machines = Machines()
    for folder in owing(runs):
        try:
            carry_out(machines, folder)
        except OSError as error:
            log.warning("the job in `%s` cannot be ended: %s", folder, error)
    machines.close()
