"""`git wf suspend`."""

from __future__ import annotations

from gitwf.app.suspend import suspend as leave
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Reason, WorkflowFile, session


def suspend(workflow: WorkflowFile, reason: Reason = None) -> int:
    """Have no commit, tag or time start a workflow, until it is resumed."""
    path, wish = leave(session(), workflow, reason)
    say(f"`{path}` is suspended {wish}")
    return OK
