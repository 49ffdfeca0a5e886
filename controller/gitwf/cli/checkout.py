"""`git wf checkout`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.checkout import checkout as bring
from gitwf.cli.bars import measured
from gitwf.cli.edge import OK, say
from gitwf.cli.options import RunId, session
from gitwf.cli.parameter import Argument


def checkout(
    run: RunId,
    paths: Annotated[list[str] | None, Argument(help="Outs; none: all.")] = None,
) -> int:
    """Bring a run's outs back into the working tree."""
    here = session()
    with measured(here.meter):
        brought = bring(here, run, paths or ())
    say(*(f"restored `{path}`" for path in brought))
    return OK
