"""`git wf resume`."""

from __future__ import annotations

from gitwf.app.byhand import hear, tell
from gitwf.app.suspend import resume as allow
from gitwf.cli.edge import OK, say
from gitwf.cli.options import WorkflowFile, session


def resume(workflow: WorkflowFile) -> int:
    """Let a suspended workflow be started again. The head that there is now does so first."""
    here = session()
    hear(here)
    path, was_suspended = allow(here, workflow)
    say(f"`{path}` is resumed" if was_suspended else f"`{path}` is not suspended")
    say(*filter(None, [tell(here)]))
    return OK
