"""`git wf approve`."""

from __future__ import annotations

from gitwf.app.approve import approve as allow
from gitwf.app.byhand import hear, tell
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Reason, RunId, session


def approve(run: RunId, reason: Reason = None) -> int:
    """Let a run begin that waits for approval."""
    here = session()
    hear(here)
    approved = allow(here, run, reason)
    say(f"run {approved.record.run} is approved by {approved.by}")
    if approved.waits:
        say(f"it still waits for {approved.waits}")
    elif not approved.watched and not approved.record.is_over:
        say("no controller is at work here: `git wf reconcile` begins it")
    say(*filter(None, [tell(here)]))
    return OK
