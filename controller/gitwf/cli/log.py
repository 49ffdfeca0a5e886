"""`git wf log`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.history import Filter, log_with_steps, unmatched
from gitwf.app.history import log as runs
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json
from gitwf.cli.parameter import Option
from gitwf.cli.views import show_log


def log(
    branch: Annotated[str | None, Option("--branch", help="Only of this branch.")] = None,
    workflow: Annotated[
        str | None, Option("--workflow", help="Only of this file; its name is enough.")
    ] = None,
    env: Annotated[
        str | None, Option("--env", help="Only runs that changed this environment.")
    ] = None,
    count: Annotated[int | None, Option("-n", least=1, help="At most so many.")] = None,
    json: Json = False,
) -> int:
    """List runs, newest first."""
    wanted = Filter(branch, workflow, env, count)
    here = session()
    found = log_with_steps(here, wanted) if json else runs(here, wanted)
    print_json(found) if json else show_log(found)
    say(*(unmatched(here, wanted) if not found else ()))
    return OK
