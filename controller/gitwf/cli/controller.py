"""`git wf controller`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from gitwf.app.control import Wake, control
from gitwf.app.reconcile import Following
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Branches, Json, Local, RemoteName, session
from gitwf.cli.progress import listener
from gitwf.reconcile.performing import Report


def controller(
    branch: Branches = None,
    remote: RemoteName = None,
    local: Local = False,
    json: Json = False,
) -> int:
    """Reconcile for good: wake on commits, end on SIGTERM."""
    wake = Wake()

    def stop(_number: int, _frame: FrameType | None) -> None:
        wake.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def report(made: Report) -> None:
        say(*(f"git-wf: {problem}" for problem in made.problems))

    playing = control(
        session(),
        Following(tuple(branch or ()), remote, local),
        listener(json=json),
        lambda: say("watching"),
        wake,
        report,
    )
    if playing:
        say("runs go on in their jobs; the next controller takes them up")
        sys.stdout.flush()
        os._exit(OK)  # their threads wait for jobs that outlive this process
    return OK
