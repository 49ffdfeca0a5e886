"""`git wf rollback`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.rollback import RolledBack, shown
from gitwf.app.rollback import rollback as go_back
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json, print_line
from gitwf.cli.parameter import Argument, Option


def rollback(
    env: Annotated[str, Argument(metavar="ENV", help="An environment.")],
    to: Annotated[
        str | None, Option("--to", metavar="RUN", help="The run to go back to, not the one before.")
    ] = None,
    branch: Annotated[
        str | None, Option("--branch", metavar="NAME", help="Commit onto a new branch instead.")
    ] = None,
    json: Json = False,
) -> int:
    """Commit a way back to what an environment stood at before. The controller deploys it."""
    here = session()
    made = go_back(here, env, to, branch)
    if json:
        print_json(made)
        return OK
    print_line(shown(here.repository(), made))
    say(_next(made))
    return OK


def _next(made: RolledBack) -> str:
    if made.switched:
        return f"on the new branch `{made.branch}`: push it, and merge it where {made.env} is deployed from"
    return f"the controller, or `git wf reconcile`, brings {made.env} back to run {made.run}"
