"""`git wf demo`."""

from __future__ import annotations

import sys
from typing import Annotated

from gitwf.app.demo import demo as lay_out
from gitwf.cli.edge import OK, say
from gitwf.cli.options import session
from gitwf.cli.parameter import Argument


def demo(
    folder: Annotated[str, Argument(metavar="DIR")] = "digits",
) -> int:
    """Lay out a real little project to try everything on."""
    for path in lay_out(session(), folder):
        sys.stdout.write(f"{folder}/{path}\n")
    say(f"now: `cd {folder}`, read README.md there")
    return OK
