"""`git wf init`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.init import init as make_ready
from gitwf.cli.edge import OK, say
from gitwf.cli.options import session
from gitwf.cli.parameter import Option


def init(
    hooks: Annotated[bool, Option("--hooks", help="Install the pre-commit hook.")] = False,
) -> int:
    """Make this repository ready; say what was done."""
    done = make_ready(session(), hooks=hooks)
    say(*(done or ["everything is there already"]))
    return OK
