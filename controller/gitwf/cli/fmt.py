"""`git wf fmt`, for the help and for words that the fast way does not know."""

from __future__ import annotations

from typing import Annotated

from gitwf.cli.formatting import reformat
from gitwf.cli.parameter import Argument, Option


def fmt(
    paths: Annotated[
        list[str] | None, Argument(help="Files and folders; none: all there are.")
    ] = None,
    check: Annotated[
        bool, Option("--check", help="Write nothing; name the files that would change.")
    ] = False,
    diff: Annotated[bool, Option("--diff", help="Write nothing; print the changes.")] = False,
    ascii_: Annotated[
        bool, Option("--ascii", help="Write `->` and `=>` in place of `→` and `↳`.")
    ] = False,
) -> int:
    """Bring workflow files into canonical form. What they mean stays."""
    given = {"--check": check, "--diff": diff, "--ascii": ascii_}
    return reformat([*(option for option in given if given[option]), *(paths or ())])
