"""`git wf graph`."""

from __future__ import annotations

import sys
from typing import Annotated

from gitwf.app.graph import Format
from gitwf.app.graph import graph as draw
from gitwf.app.validate import Findings
from gitwf.cli.edge import NOT_DONE, OK
from gitwf.cli.findings import show
from gitwf.cli.options import session
from gitwf.cli.output import paint
from gitwf.cli.parameter import Argument, Option


def graph(
    of: Annotated[
        str,
        Argument(
            metavar="FILE|RUN",
            help="A workflow file; or a run: its id or the beginning of it, a commit, or `latest`.",
        ),
    ],
    form: Annotated[
        Format, Option("--format", help="How it is drawn; an SVG needs git-wf[graph].")
    ] = Format.TEXT,
) -> int:
    """Show a workflow as a picture, or a run with its states."""
    drawn = draw(session(), of, form)
    if isinstance(drawn, Findings):
        show(drawn, json=False)
        return NOT_DONE
    sys.stdout.write(paint(drawn) if form is Format.TEXT else drawn)
    return OK
