"""`git wf suspend`."""

from __future__ import annotations

from gitwf.app.byhand import hear, tell
from gitwf.app.suspend import suspend as leave
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Reason, WorkflowFile, session


def suspend(workflow: WorkflowFile, reason: Reason = None) -> int:
    """Let nothing start a workflow by itself until it is resumed."""
    here = session()
    hear(here)
    path, wish = leave(here, workflow, reason)
    say(f"`{path}` is suspended {wish}")
    say(*filter(None, [tell(here)]))
    return OK
