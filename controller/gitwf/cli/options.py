"""Options that several commands have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from gitwf.app.session import Session

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Branches = Annotated[
    list[str] | None, typer.Option("--branch", help="Watch this branch (a glob) instead.")
]
Local = Annotated[
    bool, typer.Option("--local", help="Act although a remote has records that are not here.")
]
RunId = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run's id or its beginning, `latest`, or a commit."),
]

Approve = Annotated[
    bool, typer.Option("--approve", help="Approve what changes of environments need that.")
]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")
]

WorkflowFile = Annotated[str, typer.Argument(metavar="WORKFLOW", help="A workflow file.")]


def session() -> Session:
    """Return where the user stands."""
    return Session(Path.cwd(), dict(os.environ))
