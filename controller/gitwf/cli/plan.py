"""`git wf plan`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.plan import plan as look_ahead
from gitwf.cli.edge import NO, OK
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json, print_line, print_painted
from gitwf.cli.parameter import Argument, Option
from gitwf.cli.planned import lines, markdown


def plan(
    file: Annotated[
        str | None,
        Argument(metavar="[FILE]", help="A workflow file; else all that may be asked for."),
    ] = None,
    commit: Annotated[
        str,
        Option("--commit", metavar="REV|RANGE", help="A commit, or a range such as main..topic."),
    ] = "HEAD",
    branch: Annotated[
        str | None, Option("--branch", help="The branch that it would be the head of.")
    ] = None,
    md: Annotated[bool, Option("--md", help="Print Markdown, for a pull request.")] = False,
    json: Json = False,
) -> int:
    """Say what a commit would run, restore and deploy, and why. Nothing is run."""
    found = look_ahead(session(), file, commit, branch)
    if json:
        print_json(found)
    else:
        for line in markdown(found) if md else lines(found):
            (print_line if md else print_painted)(line)
    return OK if found.is_good else NO
