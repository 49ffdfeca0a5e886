"""`git wf sync`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.sync import sync as bring_up_to_date
from gitwf.app.validate import Findings
from gitwf.cli.edge import NO, NOT_DONE, OK, say
from gitwf.cli.options import session
from gitwf.cli.parameter import Option


def sync(
    check: Annotated[bool, Option("--check", help="Only say what differs.")] = False,
) -> int:
    """Write the static stages of the definitions into dvc.yaml."""
    made = bring_up_to_date(session(), check=check)
    if isinstance(made, Findings):
        say(*made.rendered())
        return NOT_DONE
    word = "wrote" if made.written else "differs from its definition:"
    say(*(f"{word} stage `{name}`" for name in made.stages))
    return NO if check and made.stages else OK
