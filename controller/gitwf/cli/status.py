"""`git wf status`."""

from __future__ import annotations

from gitwf.app.status import status as stand
from gitwf.cli.edge import OK
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json
from gitwf.cli.views import show_status


def status(json: Json = False) -> int:
    """Show branches, runs in progress, refusals and environments."""
    found = stand(session())
    print_json(found) if json else show_status(found)
    return OK
