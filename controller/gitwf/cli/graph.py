"""`git wf graph`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gitwf.app.graph import Format
from gitwf.app.graph import graph as draw
from gitwf.app.validate import Findings
from gitwf.cli.edge import NOT_DONE, OK
from gitwf.cli.findings import show


def graph(
    file: Annotated[str, typer.Argument(help="A workflow file.")],
    form: Annotated[
        Format, typer.Option("--format", help="How it is drawn; an SVG needs git-wf[graph].")
    ] = Format.TEXT,
) -> int:
    """Show a workflow as a picture."""
    drawn = draw(Path.cwd(), file, form)
    if isinstance(drawn, Findings):
        show(drawn, json=False)
        return NOT_DONE
    sys.stdout.write(drawn)
    return OK
