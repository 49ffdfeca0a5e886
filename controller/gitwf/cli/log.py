"""`git wf log`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.history import Filter, log_with_steps
from gitwf.app.history import log as runs
from gitwf.cli.edge import OK
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json
from gitwf.cli.parameter import Option
from gitwf.cli.views import show_log


def log(
    branch: Annotated[str | None, Option("--branch", help="Only of this branch.")] = None,
    workflow: Annotated[str | None, Option("--workflow", help="Only of this file.")] = None,
    env: Annotated[
        str | None, Option("--env", help="Only runs that changed this environment.")
    ] = None,
    count: Annotated[int | None, Option("-n", least=1, help="At most so many.")] = None,
    json: Json = False,
) -> int:
    """List runs, newest first."""
    wanted = Filter(branch, workflow, env, count)
    if json:
        print_json(log_with_steps(session(), wanted))
    else:
        show_log(runs(session(), wanted))
    return OK
