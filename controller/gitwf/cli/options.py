"""Options that several commands have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from gitwf.app.session import Session
from gitwf.cli.parameter import Argument, Option

Json = Annotated[bool, Option("--json", help="Print JSON.")]
Branches = Annotated[
    list[str] | None, Option("--branch", help="Watch this branch (a glob) instead.")
]
Local = Annotated[
    bool, Option("--local", help="Follow the branches here, although a remote has records.")
]
RemoteName = Annotated[
    str | None, Option("--remote", metavar="NAME", help="Follow this remote's branches.")
]
RunId = Annotated[
    str,
    Argument(metavar="RUN", help="A run's id or its beginning, `latest`, or a commit."),
]

Approve = Annotated[
    bool, Option("--approve", help="Approve what changes of environments need that.")
]
Reason = Annotated[str | None, Option("--reason", metavar="TEXT", help="Why, for the record.")]

WorkflowFile = Annotated[str, Argument(metavar="WORKFLOW", help="A workflow file.")]


def session() -> Session:
    """Return where the user stands."""
    return Session(Path.cwd(), dict(os.environ))
