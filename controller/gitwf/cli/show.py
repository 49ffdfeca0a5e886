"""`git wf show`."""

from __future__ import annotations

from gitwf.app.history import logs_of, silences_of
from gitwf.app.history import show as find
from gitwf.cli.edge import OK
from gitwf.cli.options import Json, RunId, session
from gitwf.cli.output import print_json
from gitwf.cli.views import show_run


def show(
    run: RunId,
    json: Json = False,
) -> int:
    """Show a run: its steps, results and outs."""
    here = session()
    record = find(here, run)
    print_json(record) if json else show_run(
        record, logs_of(here, record), silences_of(here, record)
    )
    return OK
