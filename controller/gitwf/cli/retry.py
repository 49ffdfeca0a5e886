"""`git wf retry`."""

from __future__ import annotations

import signal
from typing import Annotated

from gitwf.app.byhand import playing_by_hand
from gitwf.app.retry import Lost, prospect
from gitwf.app.retry import retry as play
from gitwf.app.session import UsageError
from gitwf.cli.edge import NO, STATUS, say
from gitwf.cli.interrupt import cancel_on
from gitwf.cli.live import shown
from gitwf.cli.options import Approve, Json, RunId, session
from gitwf.cli.parameter import Option
from gitwf.engine.unit.stop import Stop


def retry(
    run: RunId,
    effect_done: Annotated[
        bool, Option("--effect-done", help="Effects that were lost have succeeded.")
    ] = False,
    effect_again: Annotated[
        bool, Option("--effect-again", help="Play effects that were lost again.")
    ] = False,
    approve: Approve = False,
    json: Json = False,
) -> int:
    """Run again what a run played, and keep what succeeded there."""
    if effect_done and effect_again:
        raise UsageError("`--effect-done` and `--effect-again` exclude each other")
    lost = Lost.DONE if effect_done else Lost.AGAIN if effect_again else None
    here = session()
    clone = here.clone()
    planned = prospect(here, clone, run, lost, approve=approve)
    stop = Stop()
    cancel_on(stop, say, signal.SIGINT, signal.SIGTERM)
    with shown(here, json=json) as listener, playing_by_hand(clone, say):
        record = play(clone, planned, stop, listener)
    return STATUS.get(record.status, NO)
