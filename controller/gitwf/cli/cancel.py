"""`git wf cancel`."""

from __future__ import annotations

from gitwf.app.byhand import hear, tell
from gitwf.app.cancel import cancel as end
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Json, Reason, RunId, session
from gitwf.cli.progress import listener


def cancel(run: RunId, reason: Reason = None, json: Json = False) -> int:
    """End a run wherever it is played."""
    here = session()
    hear(here)
    ended = end(here, run, reason, listener(json=json))
    record = ended.record
    if ended.before:
        say(f"run {record.run} had ended already: {record.status}")
    elif not record.is_over:
        say(f"run {record.run} is another clone's, {ended.heard}")
    elif record.status == "lost":
        say(f"run {record.run} is lost: its journal is damaged")
    elif record.status != "cancelled":
        say(f"run {record.run} ended before it could be cancelled: {record.status}")
    else:
        say(f"run {record.run} was cancelled")
    say(*filter(None, [tell(here)]))
    return OK
