"""`git wf resume`."""

from __future__ import annotations

from gitwf.app.suspend import resume as allow
from gitwf.cli.edge import OK, say
from gitwf.cli.options import WorkflowFile, session


def resume(workflow: WorkflowFile) -> int:
    """Let a suspended workflow be started again: by the head that there is now, first of all."""
    path, was_suspended = allow(session(), workflow)
    say(f"`{path}` is resumed" if was_suspended else f"`{path}` is not suspended")
    return OK
