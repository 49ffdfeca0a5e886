"""`git wf validate`, for the help and for words that the fast way does not know."""

from __future__ import annotations

from typing import Annotated

from gitwf.cli.findings import check
from gitwf.cli.options import Json
from gitwf.cli.parameter import Argument


def validate(
    paths: Annotated[
        list[str] | None, Argument(help="Files, or folders with some; none: all there are.")
    ] = None,
    json: Json = False,
) -> int:
    """Check workflow files; nothing of the repository is run."""
    return check([*(paths or ()), *(["--json"] if json else [])])
